import type { SampleObject } from "../../sample.ts";
import type { RoomPlan } from "../plan/plan.ts";
import type { CompiledRoom } from "./compile.ts";
import type { Visibility } from "./visibility.ts";

/**
 * Instances and boxes of the objects of which at least `smallest` pixels are seen, in the order of the plan. What is seen less, and what
 * is of no class, is background.
 */
export function labels(
  plan: RoomPlan,
  room: CompiledRoom,
  { seen, alone }: Visibility,
  width: number,
  smallest: number,
): { instances: Uint8Array; objects: SampleObject[] } {
  const count = plan.objects.length;
  const area = new Uint32Array(count);
  const bounds = new Int32Array(4 * count);
  for (let o = 0; o < count; o++) bounds.set([seen.length, -1, seen.length, -1], 4 * o);
  for (let i = 0; i < seen.length; i++) {
    if (seen[i]! < 0) continue;
    const o = room.owner[seen[i]!]!;
    const u = i % width;
    const v = (i - u) / width;
    area[o]!++;
    if (u < bounds[4 * o]!) bounds[4 * o] = u;
    if (u > bounds[4 * o + 1]!) bounds[4 * o + 1] = u;
    if (v < bounds[4 * o + 2]!) bounds[4 * o + 2] = v;
    if (v > bounds[4 * o + 3]!) bounds[4 * o + 3] = v;
  }
  const number = new Uint8Array(count);
  const objects: SampleObject[] = [];
  for (const [o, { category }] of plan.objects.entries()) {
    if (category < 0 || area[o]! < smallest || area[o] === 0) continue;
    objects.push({ category, area: area[o]!, box: boxOf(bounds, o), amodal: boxOf(alone, o) });
    number[o] = objects.length;
  }
  // A loop: Uint8Array.from goes through an iterator and takes ten times as long.
  const instances = new Uint8Array(seen.length);
  for (let i = 0; i < seen.length; i++) {
    if (seen[i]! >= 0) instances[i] = number[room.owner[seen[i]!]!]!;
  }
  return { instances, objects };
}

/** First and last column and row as a box: the last pixel is inside. */
const boxOf = (bounds: Int32Array, o: number): [number, number, number, number] => {
  const [left, right, top, bottom] = bounds.subarray(4 * o, 4 * o + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  return [left, top, right - left + 1, bottom - top + 1];
};
