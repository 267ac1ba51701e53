import { describe, expect, it } from "vitest";
import type { Pattern } from "../../src/rooms/plan/material.ts";
import { patternAt } from "../../src/rooms/render/pattern.ts";

const PATTERNS: readonly Pattern[] = ["checker", "waves", "stripes", "tiles", "bricks", "planks", "grain"];

/** Mixes at 2,500 places of a wall of 3 × 3 m, for pixels of a width. */
function mixes(pattern: Pattern, foot: number): number[] {
  const material = { pattern, size: 0.2, a: [0, 0, 0], b: [1, 1, 1], glow: 0 } as const;
  return Array.from({ length: 2500 }, (_, i) => {
    const u = ((i % 50) + 0.37) * 0.06;
    const v = (Math.floor(i / 50) + 0.61) * 0.0603;
    return patternAt(material, Float64Array.of(0, 0, 0, u, v, foot));
  });
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};

describe("patterns", () => {
  it.each(PATTERNS)(
    "%s mixes between 0 and 1, shows from near and fades with distance to its own mean",
    (pattern) => {
      const near = mixes(pattern, 0.004);
      for (const foot of [0.004, 0.02, 0.09, 0.3]) {
        expect(mixes(pattern, foot).every((mix) => mix >= 0 && mix <= 1)).toBe(true);
      }
      const far = mixes(pattern, 0.3);
      expect(deviation(near)).toBeGreaterThan(0.1);
      expect(deviation(far)).toBeLessThan(deviation(near) / 2);
      expect(Math.abs(mean(far) - mean(near))).toBeLessThan(0.1);
    },
  );

  it("a plain surface has one colour", () => {
    expect(new Set(mixes("plain", 0.01))).toEqual(new Set([0]));
  });
});
