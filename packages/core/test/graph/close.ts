import { expect } from "vitest";

type Numbers = ArrayLike<number>;

/** The largest finite magnitude: the scale in which errors are measured. */
export const scaleOf = (lists: readonly Numbers[]): number =>
  Math.max(1e-30, ...lists.flatMap((list) => Array.from(list, Math.abs)).filter(Number.isFinite));

/** |a − w| ≤ tolerance · max |w|, element by element; NaN only where NaN is wanted. */
export function expectClose(
  actual: readonly Numbers[],
  wanted: readonly Numbers[],
  tolerance: number,
  scale: number = scaleOf(wanted),
): void {
  expect(actual.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length));
  actual.forEach((a, i) => {
    const w = wanted[i]!;
    for (let j = 0; j < w.length; j++) {
      // Equal infinities have no difference.
      if (Object.is(a[j], w[j])) continue;
      expect(
        Math.abs(a[j]! - w[j]!),
        `result ${i}, element ${j}: ${a[j]} against ${w[j]}`,
      ).toBeLessThanOrEqual(tolerance * scale);
    }
  });
}
