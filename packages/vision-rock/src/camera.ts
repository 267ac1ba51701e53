/**
 * A pinhole camera: the pixel of column u and row v (their centres are whole numbers) shows what lies along ((u − cx) / fx, (v − cy) / fy, 1),
 * with x to the right, y down and z forward. Depth is z, so a pixel of depth z shows the point z · ((u − cx) / fx, (v − cy) / fy, 1).
 */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}
