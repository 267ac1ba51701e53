import { VisionRockError } from "../error.ts";
import type { SampleObject } from "../sample.ts";

/** Objects of a frame and the picture of their numbers. */
export interface FoundObjects {
  readonly objects: SampleObject[];
  /** [height, width]: 1 + the place in `objects`, 0 for none. */
  readonly instances: Uint8Array;
}

/**
 * The objects of a frame: one for each pair (label, instance) of a class that is wanted. An instance number counts within its label, so neither alone
 * tells objects apart. Pixels of instance 0 belong to no object, as in the authors' toolbox.
 *
 * A box is [x₁, y₁, x₂ − x₁ + 1, y₂ − y₁ + 1] over the first and last column and row of the pixels, so that one pixel is 1 wide; the area is the number of pixels.
 * What hides behind others is not known: `amodal` is the box. Order: label, then instance.
 *
 * @param labels [height, width]. @param numbers [height, width].
 * @param categories category by label. @param minPixels objects of fewer pixels are left out.
 * @throws VisionRockError "out-of-range" for more than 255 objects.
 */
export function findObjects(
  labels: Uint16Array,
  numbers: Uint8Array,
  width: number,
  categories: ReadonlyMap<number, number>,
  minPixels: number,
): FoundObjects {
  const found = new Map<number, { left: number; right: number; top: number; bottom: number; area: number }>();
  const keys = new Int32Array(labels.length);
  for (const [i, label] of labels.entries()) {
    const number = numbers[i]!;
    if (number === 0 || !categories.has(label)) continue;
    const key = label * 256 + number;
    keys[i] = key;
    const [u, v] = [i % width, Math.floor(i / width)];
    const bounds = found.get(key);
    if (bounds === undefined) {
      found.set(key, { left: u, right: u, top: v, bottom: v, area: 1 });
      continue;
    }
    bounds.left = Math.min(bounds.left, u);
    bounds.right = Math.max(bounds.right, u);
    bounds.bottom = v;
    bounds.area += 1;
  }
  const kept = [...found].filter(([, { area }]) => area >= minPixels).sort(([a], [b]) => a - b);
  if (kept.length > 255) {
    throw new VisionRockError(
      "out-of-range",
      `A frame has ${kept.length} objects; 255 fit. Raise minPixels.`,
    );
  }
  const objects = kept.map(([key, { left, right, top, bottom, area }]): SampleObject => {
    const box = [left, top, right - left + 1, bottom - top + 1] as const;
    return { category: categories.get(key >> 8)!, box, area, amodal: box };
  });
  const place = new Map(kept.map(([key], i) => [key, i + 1]));
  return { objects, instances: Uint8Array.from(keys, (key) => place.get(key) ?? 0) };
}
