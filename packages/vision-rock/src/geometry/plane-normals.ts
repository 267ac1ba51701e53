import type { Intrinsics } from "../camera.ts";
import { VisionRockError } from "../error.ts";
import { affineFit, MOMENTS, momentTable, nearMoments, rectangleMoments } from "./moments.ts";
import { windowRange } from "./window-range.ts";

export interface PlaneNormalsOptions {
  /** R: windows have (2R + 1)² pixels. 7 (default) smooths the noise of a Kinect; 1 or 2 is enough for rendered depth. */
  readonly radius?: number;
  /** τ: a pixel counts when its depth differs by less than τ times the depth in the middle. Default 0.05. */
  readonly tolerance?: number;
}

/** A window of which fewer pixels than this share count has no normal: what is left is an edge or noise. */
const SHARE = 0.25;

/**
 * Surface normals from depth: in the window around each pixel, the plane that fits the points best.
 *
 * The point of pixel (u, v) is p = z · q with q = ((u − cx) / fx, (v − cy) / fy, 1), and a plane n · p = 1 means 1/z = n · q, which is affine in
 * (u, v). So a, b, c of 1/z ≈ a·u + b·v + c follow by least squares over the window's pixels with |z − z₀| < τ·z₀, and n = (a·fx, b·fy, c + a·cx + b·cy), which is
 * normalised and turned to the camera (n · q < 0). The usual Σ p pᵀ n = Σ p weighs the same residuals by z², which changes little within τ; a structured-light
 * camera's noise is even in 1/z, so the fit in 1/z is the better matched one.
 *
 * Cost: windows that τ cuts nothing from (most) take four look-ups in a table of sums, the others (2R + 1)² pixels; some 0.4 s of processor time for
 * 640 × 480 and R = 7. Memory: about 150 bytes a pixel.
 *
 * Source: least squares in a window is common knowledge; the form in 1/z and the shortcut are our own derivation.
 *
 * @param depth [height, width], metres; 0 or not finite where unknown.
 * @returns [height, width, 3]; 0 where the depth is unknown or less than a quarter of a window counts.
 * @throws VisionRockError "bad-option", and "shape" for a depth of another size.
 */
export function planeNormals(
  depth: Float32Array,
  width: number,
  height: number,
  camera: Intrinsics,
  { radius = 7, tolerance = 0.05 }: PlaneNormalsOptions = {},
): Float32Array {
  check(depth, width, height, radius, tolerance);
  const inverse = Float64Array.from(depth, (z) => (z > 0 && z < Number.POSITIVE_INFINITY ? 1 / z : 0));
  const known = depth.map((z, i) => (inverse[i] === 0 ? 0 : z));
  const { least, most } = windowRange(known, width, height, radius);
  const table = momentTable(inverse, width, height);
  const fewest = Math.max(3, SHARE * (2 * radius + 1) ** 2);
  const normals = new Float32Array(3 * width * height);
  const sums = new Float64Array(MOMENTS);
  for (let v = 0; v < height; v++) {
    const [top, bottom] = [Math.max(0, v - radius), Math.min(height, v + radius + 1)];
    for (let u = 0; u < width; u++) {
      const i = v * width + u;
      const z = known[i]!;
      if (z === 0) continue;
      const window = [Math.max(0, u - radius), Math.min(width, u + radius + 1), top, bottom] as const;
      if (most[i]! - z < tolerance * z && z - least[i]! < tolerance * z) {
        rectangleMoments(table, width, window, sums);
      } else {
        nearMoments(known, inverse, width, window, [z - tolerance * z, z + tolerance * z], sums);
      }
      if (sums[0]! < fewest) continue;
      writeNormal(sums, u, v, camera, normals, 3 * i);
    }
  }
  return normals;
}

function writeNormal(
  sums: Float64Array,
  u: number,
  v: number,
  { fx, fy, cx, cy }: Intrinsics,
  normals: Float32Array,
  to: number,
): void {
  const fit = affineFit(sums);
  if (fit === null) return;
  const { a, b, c } = fit;
  // A plane that the pixel's own ray meets behind the camera is no surface.
  if (!(a * u + b * v + c > 0)) return;
  const [x, y, z] = [a * fx, b * fy, c + a * cx + b * cy];
  const length = Math.hypot(x, y, z);
  normals[to] = -x / length;
  normals[to + 1] = -y / length;
  normals[to + 2] = -z / length;
}

function check(depth: Float32Array, width: number, height: number, radius: number, tolerance: number): void {
  if (depth.length !== width * height) {
    throw new VisionRockError("shape", `Depth has ${depth.length} values, not ${width} · ${height}.`);
  }
  if (!(Number.isInteger(radius) && radius >= 1)) {
    throw new VisionRockError("bad-option", `radius must be a whole number of at least 1, not ${radius}.`);
  }
  if (!(tolerance > 0)) {
    throw new VisionRockError("bad-option", `tolerance must be above 0, not ${tolerance}.`);
  }
}
