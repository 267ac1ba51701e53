import { describe, expect, it } from "vitest";
import { humanNormalised } from "../../src/evaluate/human-normalised.ts";

describe("the human-normalised score", () => {
  const references = { random: -20, human: 10 };

  it("is 0 for random actions, 1 for the human, linear between and beyond", () => {
    expect([-20, 10, -5, 40].map((score) => humanNormalised(score, references))).toEqual([0, 1, 0.5, 2]);
    expect(humanNormalised(5, { random: 10, human: 0 })).toBe(0.5);
  });

  it("refuses what would be NaN or infinite", () => {
    expect(() => humanNormalised(Number.NaN, references)).toThrow(/score score must be finite, not NaN/);
    expect(() => humanNormalised(1, { random: 1, human: Number.POSITIVE_INFINITY })).toThrow(/human score/);
    expect(() => humanNormalised(1, { random: 3, human: 3 })).toThrow(/nothing lies between/);
  });
});
