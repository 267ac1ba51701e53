import { column } from "@outrigger/core/data/column";
import { describe, expect, it } from "vitest";
import { correlation, correlationWeights } from "../src/auxiliary/descriptor-tasks.ts";

describe("correlationWeights", () => {
  const y = column("y", [1, 2, 3, 4, 100]);
  const same = column("same", [2, 4, 6, 8, -100]);
  const opposite = column("opposite", [4, 3, 2, 1, 0]);
  const none = column("none", [1, -1, -1, 1, 50]);

  it("is Pearson's r over the rows given, and blind to missing labels", () => {
    expect(correlation(y, same, [0, 1, 2, 3])).toBeCloseTo(1, 12);
    expect(correlation(y, opposite, [0, 1, 2, 3])).toBeCloseTo(-1, 12);
    expect(correlation(y, none, [0, 1, 2, 3])).toBeCloseTo(0, 12);
    expect(correlation(y, column("gap", [2, 4, null, 8, 0]), [0, 1, 2, 3])).toBeCloseTo(1, 12);
    expect(correlation(y, column("flat", [7, 7, 7, 7, 7]), [0, 1, 2, 3])).toBe(0);
  });

  it("shares K among the auxiliaries by |r|", () => {
    const weights = correlationWeights(y, [same, opposite, none], [0, 1, 2, 3]);
    expect(weights.map((w) => Math.round(w * 1e9) / 1e9)).toEqual([1.5, 1.5, 0]);
    expect(correlationWeights(y, [none], [0, 1, 2, 3])).toEqual([1]);
  });
});
