import { type PlaneNormalsOptions, planeNormals } from "../geometry/plane-normals.ts";
import type { Sample } from "../sample.ts";
import { type Crop, frameCamera } from "./camera.ts";
import { findObjects } from "./objects.ts";

/** One frame as the file stores it: HDF5's axes, so columns come before rows. */
export interface StoredFrame {
  /** [3, width, height]. */
  readonly image: Uint8Array;
  /** [width, height], metres, filled in where the camera measured nothing. */
  readonly depth: Float32Array;
  /** [width, height], metres, 0 where the camera measured nothing. */
  readonly measured: Float32Array;
  readonly labels: Uint16Array;
  readonly instances: Uint8Array;
}

export interface FrameOptions {
  readonly crop: Crop;
  readonly minPixels: number;
  /** "filled": depth everywhere, as ROCK learns it. "measured": only where the camera measured. Normals are always of measured pixels. */
  readonly depth: "filled" | "measured";
  readonly normals: Required<PlaneNormalsOptions>;
}

/**
 * A sample from a stored frame: axes turned, the crop cut out, objects found, normals fitted.
 *
 * Depths that are not finite or not above 0 become 0, which is unknown. Normals are fitted to the filled depth at measured pixels alone, since what was
 * filled in follows the colours and not a surface.
 *
 * @param size of the stored frame.
 */
export function frameSample(
  id: number,
  scene: number,
  stored: StoredFrame,
  size: { readonly width: number; readonly height: number },
  categories: ReadonlyMap<number, number>,
  { crop, minPixels, depth: wanted, normals: fit }: FrameOptions,
): Sample {
  const { width, height } = crop;
  const upright = <T extends Uint8Array | Uint16Array | Float32Array>(array: T, into: T): T =>
    turn(array, size, crop, into);
  const pixels = width * height;
  const filled = upright(stored.depth, new Float32Array(pixels)).map((z) => (z > 0 && z < 65 ? z : 0));
  const measured = upright(stored.measured, new Float32Array(pixels));
  const known = filled.map((z, i) => (measured[i]! > 0 ? z : 0));
  const camera = frameCamera(size.width, size.height, crop);
  return {
    id,
    width,
    height,
    scene,
    camera,
    rgb: upright(stored.image, new Uint8Array(3 * pixels)),
    depth: wanted === "filled" ? filled : known,
    normals: planeNormals(known, width, height, camera, fit),
    ...findObjects(
      upright(stored.labels, new Uint16Array(pixels)),
      upright(stored.instances, new Uint8Array(pixels)),
      width,
      categories,
      minPixels,
    ),
  };
}

/** From [channels, columns, rows] to [rows, columns, channels] of the crop. */
function turn<T extends Uint8Array | Uint16Array | Float32Array>(
  stored: T,
  size: { readonly width: number; readonly height: number },
  { left, top, width, height }: Crop,
  into: T,
): T {
  const channels = stored.length / (size.width * size.height);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      for (let c = 0; c < channels; c++) {
        const from = (c * size.width + u + left) * size.height + v + top;
        into[(v * width + u) * channels + c] = stored[from]!;
      }
    }
  }
  return into;
}
