import type { Box } from "../box.ts";
import { VisionRockError } from "../error.ts";
import type { Sample, SampleObject } from "../sample.ts";

export interface ZoomCropOptions {
  /** Objects of which less than this share of their seen area is left are dropped; default 0.2. */
  readonly minKept?: number;
  /** Objects of less than this share of the new picture are dropped; default 0.0015. */
  readonly minVisible?: number;
}

/** A plane seen at such an angle that depth changes by more than this within half a pixel is not extended. */
const STEEP = 1.25;

/**
 * Cuts a window out and enlarges it to the picture's size by s = W / width, for the same focal length: what was at (X, Y, Z) is then at
 * (X, Y, Z / s). So depth is divided by s, and a normal (n_x, n_y, n_z) becomes (n_x, n_y, s · n_z), made a unit vector again.
 *
 * A new pixel takes instance and normal of the nearest old one. Its depth is that of the plane through that pixel with that normal, at the new
 * pixel's own ray: exact on flat surfaces, where repeating the nearest depth would make steps; colours are interpolated between four
 * pixels. Boxes and areas are counted anew from the instances.
 *
 * @param window x, y, width, height within the picture, with the picture's aspect ratio; real numbers, the left edge of column 0 is at 0.
 * @throws VisionRockError "bad-option" for a window that is empty, reaches outside or has another aspect ratio.
 *
 * The rule for zooms is that of https://github.com/vita-epfl/rock-pytorch (Apache-2.0), which leaves depths in steps. Cost: one pass over the arrays.
 */
export function zoomCrop(sample: Sample, window: Box, options: ZoomCropOptions = {}): Sample {
  const { width, height, camera } = sample;
  checkWindow(window, width, height);
  const [x, y, windowWidth] = window;
  const scale = width / windowWidth;
  const rgb = new Uint8Array(sample.rgb.length);
  const depth = new Float32Array(sample.depth.length);
  const normals = new Float32Array(sample.normals.length);
  const instances = new Uint8Array(sample.instances.length);
  const surface = new Float32Array(4);
  for (let v = 0, to = 0; v < height; v++) {
    const row = y + (v + 0.5) / scale - 0.5;
    const nearRow = clamp(Math.round(row), height);
    for (let u = 0; u < width; u++, to++) {
      const column = x + (u + 0.5) / scale - 0.5;
      const nearColumn = clamp(Math.round(column), width);
      instances[to] = sample.instances[nearRow * width + nearColumn]!;
      zoomedSurface(sample, column, row, scale, surface);
      depth[to] = surface[0]!;
      normals.set(surface.subarray(1), 3 * to);
      blend(sample, column, row, rgb, 3 * to);
    }
  }
  const kept = recount(sample, instances, scale, options);
  const objects = kept.map((object) => ({
    ...object,
    amodal: cut(object.amodal, x, y, scale, width, height),
  }));
  return {
    ...sample,
    rgb,
    depth,
    normals,
    instances,
    objects,
    camera: {
      ...camera,
      cx: scale * (camera.cx + 0.5 - x) - 0.5,
      cy: scale * (camera.cy + 0.5 - y) - 0.5,
    },
  };
}

/** Geometry in any unit of depth, and normals of any length. */
export interface Surfaces extends Pick<Sample, "width" | "height" | "camera"> {
  readonly depth: ArrayLike<number>;
  readonly normals: ArrayLike<number>;
}

/**
 * Writes depth and unit normal of what is seen at a place of the picture, once the picture is enlarged by s: [d, n_x, n_y, n_z].
 *
 * The surface is that of the nearest pixel, extended as a plane to the ray of the place; what is unknown there stays 0.
 */
export function zoomedSurface(
  { width, height, camera, depth, normals }: Surfaces,
  column: number,
  row: number,
  scale: number,
  out: Float32Array,
): void {
  const nearRow = clamp(Math.round(row), height);
  const nearColumn = clamp(Math.round(column), width);
  const from = nearRow * width + nearColumn;
  const nx = normals[3 * from]!;
  const ny = normals[3 * from + 1]!;
  const nz = normals[3 * from + 2]!;
  const { fx, fy, cx, cy } = camera;
  const there = (nx * (nearColumn - cx)) / fx + (ny * (nearRow - cy)) / fy + nz;
  const ratio = there / ((nx * (column - cx)) / fx + (ny * (row - cy)) / fy + nz);
  out[0] = (depth[from]! / scale) * (ratio > 1 / STEEP && ratio < STEEP ? ratio : 1);
  const length = Math.sqrt(nx * nx + ny * ny + scale * scale * nz * nz) || 1;
  out[1] = nx / length;
  out[2] = ny / length;
  out[3] = (scale * nz) / length;
}

/** The colour between the four pixels around a place. */
function blend(
  { rgb, width, height }: Sample,
  column: number,
  row: number,
  out: Uint8Array,
  at: number,
): void {
  const left = Math.floor(column);
  const top = Math.floor(row);
  const a = column - left;
  const b = row - top;
  const u0 = clamp(left, width);
  const u1 = clamp(left + 1, width);
  const v0 = clamp(top, height) * width;
  const v1 = clamp(top + 1, height) * width;
  for (let c = 0; c < 3; c++) {
    const upper = (1 - a) * rgb[3 * (v0 + u0) + c]! + a * rgb[3 * (v0 + u1) + c]!;
    const lower = (1 - a) * rgb[3 * (v1 + u0) + c]! + a * rgb[3 * (v1 + u1) + c]!;
    out[at + c] = Math.round((1 - b) * upper + b * lower);
  }
}

/** Bounds and areas in the new instances, which are renumbered in place without the objects that are dropped. */
export function recount(
  sample: Pick<Sample, "width" | "height" | "objects">,
  instances: Uint8Array,
  scale: number,
  { minKept = 0.2, minVisible = 0.0015 }: ZoomCropOptions = {},
): SampleObject[] {
  const { width, height } = sample;
  const count = sample.objects.length;
  const area = new Uint32Array(count + 1);
  const left = new Int32Array(count + 1).fill(width);
  const right = new Int32Array(count + 1).fill(-1);
  const top = new Int32Array(count + 1).fill(height);
  const bottom = new Int32Array(count + 1).fill(-1);
  for (let i = 0; i < instances.length; i++) {
    const id = instances[i]!;
    const u = i % width;
    const v = (i - u) / width;
    area[id]!++;
    if (u < left[id]!) left[id] = u;
    if (u > right[id]!) right[id] = u;
    if (v < top[id]!) top[id] = v;
    if (v > bottom[id]!) bottom[id] = v;
  }
  const number = new Uint8Array(count + 1);
  const objects: SampleObject[] = [];
  for (const [o, object] of sample.objects.entries()) {
    const id = o + 1;
    const enough =
      area[id]! >= Math.max(1, minVisible * width * height, minKept * object.area * scale * scale);
    if (!enough) continue;
    const box: Box = [left[id]!, top[id]!, right[id]! - left[id]! + 1, bottom[id]! - top[id]! + 1];
    objects.push({ ...object, area: area[id]!, box });
    number[id] = objects.length;
  }
  for (let i = 0; i < instances.length; i++) instances[i] = number[instances[i]!]!;
  return objects;
}

/** A box of the old picture in the new one, within its bounds. */
function cut(box: Box, x: number, y: number, scale: number, width: number, height: number): Box {
  const left = Math.max(0, (box[0] - x) * scale);
  const top = Math.max(0, (box[1] - y) * scale);
  const right = Math.min(width, (box[0] + box[2] - x) * scale);
  const bottom = Math.min(height, (box[1] + box[3] - y) * scale);
  return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
}

const clamp = (place: number, length: number): number => Math.max(0, Math.min(length - 1, place));

function checkWindow([x, y, w, h]: Box, width: number, height: number): void {
  // Rounding may push an edge out by a millionth of a pixel.
  const slack = 1e-6;
  const within =
    x >= -slack && y >= -slack && x + w <= width + slack && y + h <= height + slack && w > 0 && h > 0;
  if (!within || Math.abs(w * height - h * width) > slack * width * height) {
    throw new VisionRockError(
      "bad-option",
      `The window ${w} × ${h} at ${x}, ${y} must lie in the picture of ${width} × ${height} and have its aspect ratio.`,
    );
  }
}
