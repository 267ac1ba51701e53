import { describe, expect, it } from "vitest";
import { pairedInterval, verdictOf } from "../../src/compare/verdict.ts";

describe("a paired interval", () => {
  it("is mean ∓ t·sd/√n: worked by hand for differences −1, −2, −3, −2, −2", () => {
    const control = [5, 5, 5, 5, 5];
    const found = pairedInterval([4, 3, 2, 3, 3], control);
    // sd = √0.5, t(0.975, 4) = 2.776445
    const half = (2.7764451 * Math.sqrt(0.5)) / Math.sqrt(5);
    expect(found.mean).toBe(-2);
    expect(found.low).toBeCloseTo(-2 - half, 6);
    expect(found.high).toBeCloseTo(-2 + half, 6);
  });

  it("has no bounds for one pair", () => {
    expect(pairedInterval([1], [2])).toEqual({ pairs: 1, mean: -1, low: Number.NaN, high: Number.NaN });
  });
});

describe("a verdict", () => {
  const better = (low: number, high: number, pairs = 5) => ({ pairs, mean: (low + high) / 2, low, high });
  const rmse = { better: "lower", labels: 100 } as const;
  const auc = { better: "higher", labels: 100 } as const;

  it.each([
    [better(-0.3, -0.1), rmse, "helps"],
    [better(-0.3, -0.1), auc, "hurts"],
    [better(0.1, 0.3), rmse, "hurts"],
    [better(0.1, 0.3), auc, "helps"],
    [better(-0.3, 0.1), rmse, "no difference shown"],
    [better(0, 0), rmse, "no difference shown"],
    [better(-0.3, -0.1, 4), rmse, "too few to tell"],
    [better(-0.3, -0.1), { ...rmse, labels: 19 }, "too few to tell"],
  ] as const)("of %j with %j is %s", (interval, context, said) => {
    expect(verdictOf(interval, context)).toBe(said);
  });
});
