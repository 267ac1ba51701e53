import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { networkBound } from "../src/network/bound.ts";
import { networkFirstOrder } from "../src/network/first-order.ts";
import { reducedRank } from "../src/network/reduced-rank.ts";
import { networkSure } from "../src/network/sure.ts";

interface Vectors {
  readonly reduced_rank_regression: readonly {
    readonly X: number[][];
    readonly Y: number[][];
    readonly a: number[];
    readonly q: number;
    readonly W: number[][];
    readonly P: number[][];
    readonly weighted_loss: number;
  }[];
  readonly linear_network: readonly {
    readonly M: number[][];
    readonly v: number[];
    readonly q: number;
    readonly P00: number;
    readonly single_task: number;
    readonly first_order: number;
    readonly mc: { readonly mean: number; readonly se: number };
    readonly Mhat: number[][];
    readonly sure_of_Mhat: number;
    readonly bound_general?: number;
    readonly bound_simple?: number;
    readonly bound_lowrank_if_rank_q?: number;
  }[];
}

const vectors = JSON.parse(
  readFileSync(new URL("fixtures/test_vectors.json", import.meta.url), "utf8"),
) as Vectors;

const close = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));

describe.each(vectors.reduced_rank_regression)("reducedRank, the reference of width $q", (vector) => {
  const fit = reducedRank({ x: vector.X, y: vector.Y }, { width: vector.q, weights: vector.a });

  it("has its coefficients, projector and loss", () => {
    for (const [i, row] of vector.W.entries())
      for (const [k, value] of row.entries()) close(fit.coefficients[i]![k]!, value);
    for (const [j, row] of vector.P.entries())
      for (const [k, value] of row.entries()) close(fit.projector[j]![k]!, value);
    close(fit.loss, vector.weighted_loss);
  });
});

describe.each(vectors.linear_network)("linear network, reference with leverage $P00", (vector) => {
  const network = { signal: vector.M, noise: vector.v, width: vector.q };

  it("has its first-order risk, leverage and single-task risk", () => {
    const first = networkFirstOrder(network);
    close(first.leverage, vector.P00);
    expect(first.risk / vector.first_order).toBeCloseTo(1, 9);
    expect(first.single / vector.single_task).toBeCloseTo(1, 9);
  });

  it("has its unbiased estimate", () => {
    const sure = networkSure(vector.Mhat, { noise: vector.v[0]!, width: vector.q });
    expect(Math.abs(sure.risk / vector.sure_of_Mhat - 1)).toBeLessThan(1e-9);
  });
});

describe("networkBound", () => {
  // The reference took the smallest value on a grid of t in steps of 0.05, to be found here by trying those steps.
  const steps = Array.from({ length: 200 }, (_, i) => 1 + i / 20);

  it.each(vectors.linear_network.filter((vector) => vector.bound_general !== undefined))(
    "is that of the reference at one of its t, and no larger at the best t, with leverage $P00",
    (vector) => {
      const network = { signal: vector.M, noise: vector.v, width: vector.q };
      for (const [kind, expected] of [
        ["general", vector.bound_general!],
        ["sharp", vector.bound_lowrank_if_rank_q!],
      ] as const) {
        const options = { kind, rankTolerance: 0.1 };
        const distances = steps.map((t) =>
          Math.abs(networkBound(network, { ...options, t }).bound / expected - 1),
        );
        expect(Math.min(...distances)).toBeLessThan(1e-9);
        const best = networkBound(network, options).bound;
        expect(best).toBeLessThanOrEqual(expected);
        expect(best).toBeGreaterThan(expected * (1 - 1e-4));
        expect(best).toBeGreaterThan(vector.mc.mean);
      }
      expect(networkBound(network, { kind: "simple" }).bound / vector.bound_simple!).toBeCloseTo(1, 9);
    },
  );
});
