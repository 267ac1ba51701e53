import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findObjects } from "../../src/nyuv2/objects.ts";

const categories = new Map([
  [5, 0],
  [300, 1],
]);

describe("objects of a frame", () => {
  it("cover each pixel of a wanted class once, with the tightest box, whatever the labels", () => {
    const width = 6;
    const pixel = fc.record({ label: fc.constantFrom(0, 5, 7, 300), number: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(pixel, { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 0, max: 4 }),
        (pixels, least) => {
          const labels = Uint16Array.from(pixels, ({ label }) => label);
          const numbers = Uint8Array.from(pixels, ({ number }) => number);
          const { objects, instances } = findObjects(labels, numbers, width, categories, least);
          const keyOf = (i: number): string => `${labels[i]}/${numbers[i]}`;
          const wanted = (label: number): boolean => categories.has(label);
          for (const [place, { category, box, area }] of objects.entries()) {
            const own = [...instances.keys()].filter((i) => instances[i] === place + 1);
            expect(own).toHaveLength(area);
            expect(new Set(own.map(keyOf)).size).toBe(1);
            expect(categories.get(labels[own[0]!]!)).toBe(category);
            const [us, vs] = [own.map((i) => i % width), own.map((i) => Math.floor(i / width))];
            const [left, top] = [Math.min(...us), Math.min(...vs)];
            expect(box).toEqual([left, top, Math.max(...us) - left + 1, Math.max(...vs) - top + 1]);
            expect(area).toBeGreaterThanOrEqual(least);
          }
          const sizes = new Map<string, number>();
          for (const i of labels.keys()) sizes.set(keyOf(i), (sizes.get(keyOf(i)) ?? 0) + 1);
          for (const i of labels.keys()) {
            const counts = wanted(labels[i]!) && numbers[i]! > 0 && sizes.get(keyOf(i))! >= least;
            expect(instances[i]! > 0).toBe(counts);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are 255 at most, as many as a byte can number", () => {
    const numbers = Uint8Array.from({ length: 512 }, (_, i) => 1 + (i % 255));
    const labels = Uint16Array.from({ length: 512 }, (_, i) => (i < 256 ? 5 : 300));
    expect(() => findObjects(labels, numbers, 32, categories, 0)).toThrowError(/255 fit/);
    expect(
      findObjects(labels.subarray(0, 255), numbers.subarray(0, 255), 51, categories, 0).objects,
    ).toHaveLength(255);
  });
});
