import type { Vector } from "../plan/part.ts";
import { AXES, type CompiledRoom, HALF, LAMP, STRIDE } from "./compile.ts";
import { enter, newRay } from "./enter.ts";

/** Points closer than this share of the ray's length to a solid are on it. */
const SELF = 1 - 1e-3;
const ray = newRay();

/**
 * Whether a solid stands between the light and a point. Light and solids are projected on the floor: only parts whose shadow's
 * rectangle holds the point's projection are looked at. What lies as high as the light has no shadow, since all that casts one is lower.
 *
 * @param spot x, y, z of the point come first.
 */
export function shadowed(room: CompiledRoom, lamp: Vector, spot: Float64Array): boolean {
  const drop = lamp[2] - spot[2]!;
  if (drop <= 0) return false;
  const dx = spot[0]! - lamp[0];
  const dy = spot[1]! - lamp[1];
  const scale = lamp[2] / drop;
  const fx = lamp[0] + dx * scale;
  const fy = lamp[1] + dy * scale;
  const { data, shape, objectShadow, partShadow, parts, casts } = room;
  for (let o = 0; o < casts.length; o++) {
    if (fx < objectShadow[4 * o]! || fx > objectShadow[4 * o + 1]!) continue;
    if (fy < objectShadow[4 * o + 2]! || fy > objectShadow[4 * o + 3]!) continue;
    if (!casts[o]!) continue;
    const last = parts[o + 1]!;
    for (let p = parts[o]!; p < last; p++) {
      if (fx < partShadow[4 * p]! || fx > partShadow[4 * p + 1]!) continue;
      if (fy < partShadow[4 * p + 2]! || fy > partShadow[4 * p + 3]!) continue;
      const at = p * STRIDE;
      const a = at + AXES;
      ray[0] = data[a]! * dx + data[a + 1]! * dy - data[a + 2]! * drop;
      ray[1] = data[a + 3]! * dx + data[a + 4]! * dy - data[a + 5]! * drop;
      ray[2] = data[a + 6]! * dx + data[a + 7]! * dy - data[a + 8]! * drop;
      if (enter(shape[p]!, data, at + HALF, at + LAMP, ray) && ray[3]! < SELF) return true;
    }
  }
  return false;
}
