import type { Intrinsics } from "../camera.ts";

/**
 * The colour camera of NYU Depth v2 at 640 × 480 (`camera_params.m` of the authors' toolbox). The labelled depths lie in its picture already. Its
 * distortion is left out.
 */
export const NYU_CAMERA: Intrinsics = {
  fx: 518.85790117,
  fy: 519.46961112,
  cx: 325.58244941,
  cy: 253.73616633,
};
export const NYU_SIZE = { width: 640, height: 480 } as const;

/** A window of the frame, in pixels. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the 640 × 480 frame that both cameras see (rows 45 to 471, columns 41 to 601 as MATLAB counts); around it depth is made up and colour white. */
export const NYU_VALID: Crop = { left: 40, top: 44, width: 561, height: 427 };

/** The camera of a frame that is a scaled copy of 640 × 480 and of which a window is kept. Pixel centres are whole numbers. */
export function frameCamera(width: number, height: number, { left, top }: Crop): Intrinsics {
  const [x, y] = [width / NYU_SIZE.width, height / NYU_SIZE.height];
  return {
    fx: NYU_CAMERA.fx * x,
    fy: NYU_CAMERA.fy * y,
    cx: (NYU_CAMERA.cx + 0.5) * x - 0.5 - left,
    cy: (NYU_CAMERA.cy + 0.5) * y - 0.5 - top,
  };
}
