import type { Vector } from "../plan/part.ts";
import { type CompiledRoom, EYE, HALF, RAY, RAY_U, RAY_V, STRIDE } from "./compile.ts";
import { enter, newRay } from "./enter.ts";
import type { Frame } from "./frame.ts";

/** What each pixel shows. Both arrays are used again by the next picture. */
export interface Visibility {
  /** z of what is seen through the pixel's centre, metres. */
  readonly depth: Float64Array;
  /** The part that is seen, or −1 − surface for the room itself (in the order of SURFACES). */
  readonly seen: Int16Array;
  /** By object: first and last column, first and last row that would show it if it stood alone; [objects, 4]. */
  readonly alone: Int32Array;
}

// Most of what a picture would otherwise leave to the garbage collector.
let depths = new Float64Array(0);
let parts = new Int16Array(0);
const ray = newRay();

/**
 * Casts one ray through each pixel's centre. Rays have a unit component along the viewing direction, so that distances along them are depths.
 * Parts are taken one after the other within their rectangle on the screen. Cost: O(pixels + pixels of all rectangles).
 */
export function visibility(room: CompiledRoom, size: Vector, frame: Frame): Visibility {
  const { width, height } = frame;
  const pixels = width * height;
  if (depths.length < pixels) {
    depths = new Float64Array(pixels);
    parts = new Int16Array(pixels);
  }
  const depth = depths.subarray(0, pixels);
  const seen = parts.subarray(0, pixels);
  castRoom(size, frame, depth, seen);

  const { data, screen, shape, owner } = room;
  const objects = room.materials.length;
  const alone = new Int32Array(4 * objects);
  for (let o = 0; o < objects; o++) alone.set([width, -1, height, -1], 4 * o);
  for (let p = 0; p < room.count; p++) {
    const at = p * STRIDE;
    const kind = shape[p]!;
    const [ux, uy, uz] = [data[at + RAY_U]!, data[at + RAY_U + 1]!, data[at + RAY_U + 2]!];
    const left = screen[4 * p]!;
    const right = screen[4 * p + 1]!;
    const bottom = screen[4 * p + 3]!;
    const bounds = 4 * owner[p]!;
    for (let v = screen[4 * p + 2]!; v <= bottom; v++) {
      const bx = data[at + RAY]! + v * data[at + RAY_V]!;
      const by = data[at + RAY + 1]! + v * data[at + RAY_V + 1]!;
      const bz = data[at + RAY + 2]! + v * data[at + RAY_V + 2]!;
      for (let u = left, i = v * width + left; u <= right; u++, i++) {
        ray[0] = bx + u * ux;
        ray[1] = by + u * uy;
        ray[2] = bz + u * uz;
        if (!enter(kind, data, at + HALF, at + EYE, ray)) continue;
        if (u < alone[bounds]!) alone[bounds] = u;
        if (u > alone[bounds + 1]!) alone[bounds + 1] = u;
        if (v < alone[bounds + 2]!) alone[bounds + 2] = v;
        if (v > alone[bounds + 3]!) alone[bounds + 3] = v;
        if (ray[3]! < depth[i]!) {
          depth[i] = ray[3]!;
          seen[i] = p;
        }
      }
    }
  }
  return { depth, seen, alone };
}

/** Walls, floor and ceiling from inside: the nearest of the three planes that a ray runs towards. */
function castRoom(size: Vector, frame: Frame, depth: Float64Array, seen: Int16Array): void {
  const { width, height, focal, cx, cy, eye, right, down, forward } = frame;
  let i = 0;
  for (let v = 0; v < height; v++) {
    const b = (v - cy) / focal;
    for (let u = 0; u < width; u++, i++) {
      const a = (u - cx) / focal;
      let nearest = Number.POSITIVE_INFINITY;
      for (let axis = 0; axis < 3; axis++) {
        const d = forward[axis]! + a * right[axis]! + b * down[axis]!;
        if (d === 0) continue;
        const t = ((d > 0 ? size[axis]! : 0) - eye[axis]!) / d;
        if (t < nearest) {
          nearest = t;
          seen[i] = -1 - 2 * axis - (d > 0 ? 1 : 0);
        }
      }
      depth[i] = nearest;
    }
  }
}
