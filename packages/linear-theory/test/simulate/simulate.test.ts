import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearTheoryError } from "../../src/error.ts";
import type { Problem } from "../../src/problem.ts";
import { random } from "../../src/random.ts";
import type { ShiftProblem } from "../../src/risk/equivalent-shift.ts";
import {
  averagedReplicate,
  sharedReplicate,
  simulateAveraged,
  simulateShared,
} from "../../src/simulate/averaged.ts";
import { pooledReplicate, simulatePooled } from "../../src/simulate/pooled.ts";
import { populationOf } from "../../src/simulate/population.ts";
import { type DesignKind, sampler } from "../../src/simulate/sampler.ts";
import type { Replicate } from "../../src/simulate/summary.ts";
import { kolmogorovTwoSample } from "../../src/verify/kolmogorov.ts";
import vectors from "../fixtures/test_vectors.json" with { type: "json" };

const three: Problem = {
  features: 4,
  rows: [12, 3, 20],
  noise: [1, 0.5, 2],
  shifts: [
    [0, 0, 0],
    [0, 0.7, -0.2],
    [0, -0.2, 0.4],
  ],
};

const shifted: ShiftProblem = {
  rows: [12, 15],
  noise: [1, 0.5],
  coefficients: [
    [1, 0, -1],
    [1.4, 0.2, -0.7],
  ],
  covariances: [
    [
      [2, 0.5, 0],
      [0.5, 1, -0.3],
      [0, -0.3, 0.7],
    ],
    [
      [1, -0.4, 0.2],
      [-0.4, 1.5, 0],
      [0.2, 0, 3],
    ],
  ],
};

/** Squared bias and noise of single data sets. */
function draws(
  problem: Problem | ShiftProblem,
  replicate: Replicate,
  kind: DesignKind,
  count: number,
): number[][] {
  const draw = sampler(kind, populationOf(problem), random(kind === "rows" ? 11 : 12));
  const out = new Float64Array(2);
  const values: number[][] = [[], []];
  for (let i = 0; i < count; i++) {
    replicate(draw, out);
    values[0]!.push(out[0]!);
    values[1]!.push(out[1]!);
  }
  return values;
}

const score = (simulated: { mean: number; se: number }, exact: number): number =>
  (exact - simulated.mean) / simulated.se;

describe("the two ways to draw a design", () => {
  const population = populationOf(three);
  it.each<[string, Problem | ShiftProblem, Replicate, boolean]>([
    ["pooling, a task with fewer rows than features", three, pooledReplicate(population, [1, 0.4, 2]), true],
    [
      "averaging",
      { ...three, rows: [9, 11, 20] },
      averagedReplicate(populationOf({ ...three, rows: [9, 11, 20] }), [2, 1, 1]),
      false,
    ],
    [
      "a shared design",
      { ...three, rows: [9, 9, 9] },
      sharedReplicate(populationOf({ ...three, rows: [9, 9, 9] }), [2, 1, 1]),
      false,
    ],
    ["covariances that differ", shifted, pooledReplicate(populationOf(shifted), [1, 0.5]), true],
  ])("have one distribution: %s", (_, problem, replicate, biased) => {
    const rows = draws(problem, replicate, "rows", 20_000);
    const bartlett = draws(problem, replicate, "bartlett", 20_000);
    expect(kolmogorovTwoSample(rows[1]!, bartlett[1]!).pValue).toBeGreaterThan(1e-3);
    if (biased) expect(kolmogorovTwoSample(rows[0]!, bartlett[0]!).pValue).toBeGreaterThan(1e-3);
  });
});

describe("simulatePooled", () => {
  it("agrees with the classical risk of one task, 20 rows and 5 features", () => {
    const one: Problem = { features: 5, rows: [20], noise: [2], shifts: [[0]] };
    for (const design of ["rows", "bartlett"] as const) {
      const { risk, bias2, variance } = simulatePooled(one, [3], { replicates: 40_000, seed: 1, design });
      expect(Math.abs(score(risk, (2 * 5) / 14))).toBeLessThan(4);
      expect(bias2).toEqual({ mean: 0, se: 0 });
      expect(variance).toEqual(risk);
    }
  });

  it("agrees with exact weighted risks of two tasks, bias and variance apart", () => {
    for (const { n0, n1, d, a1, delta2, s2, exact } of vectors.weighted_two_task.slice(0, 4)) {
      const problem: Problem = {
        features: d,
        rows: [n0, n1],
        noise: s2,
        shifts: [
          [0, 0],
          [0, delta2],
        ],
      };
      const found = simulatePooled(problem, [1, a1], { replicates: 30_000, seed: d });
      expect(Math.abs(score(found.bias2, exact.bias2)), `bias, D = ${d}`).toBeLessThan(4);
      expect(Math.abs(score(found.variance, exact.var)), `variance, D = ${d}`).toBeLessThan(4);
    }
  });

  it("agrees with the exact risk of equal weights, several auxiliaries", () => {
    for (const { ns, d, G, s2, bias2, var: variance } of vectors.pooled_unweighted_exact) {
      const found = simulatePooled(
        { features: d, rows: ns, noise: s2, shifts: G },
        ns.map(() => 1),
        {
          replicates: 20_000,
          seed: 3,
        },
      );
      expect(Math.abs(score(found.bias2, bias2))).toBeLessThan(4);
      expect(Math.abs(score(found.variance, variance))).toBeLessThan(4);
    }
  });

  it("repeats bit for bit, and depends only on ratios of weights", () => {
    const options = { replicates: 50, seed: 4 };
    const first = simulatePooled(three, [1, 0.25, 2], options);
    expect(simulatePooled(three, [1, 0.25, 2], options)).toEqual(first);
    expect(simulatePooled(three, [4, 1, 8], options)).toEqual(first);
    expect(simulatePooled(three, [1, 0.25, 2], { ...options, seed: 5 })).not.toEqual(first);
  });

  it("measures the error in the primary's metric: a change of coordinates changes no number", () => {
    const [d, covariance] = [2, shifted.covariances![0]!.slice(0, 2).map((row) => row.slice(0, 2))];
    const plain: Problem = {
      features: d,
      rows: [9, 14],
      noise: [1, 1],
      shifts: [
        [0, 0],
        [0, 0.6],
      ],
    };
    const scaled: ShiftProblem = {
      ...plain,
      // w = (t, 0) with t² Sigma_11 = 0.6.
      coefficients: [
        [5, 5],
        [5 + Math.sqrt(0.3), 5],
      ],
      covariances: [covariance, covariance],
    };
    const options = { replicates: 40_000, seed: 6 };
    const [a, b] = [
      simulatePooled(plain, [1, 1], options),
      simulatePooled(scaled, [1, 1], { ...options, seed: 7 }),
    ];
    for (const part of ["bias2", "variance"] as const)
      expect(Math.abs(a[part].mean - b[part].mean)).toBeLessThan(4 * Math.hypot(a[part].se, b[part].se));
  });

  it("says what is wrong", () => {
    const options = { replicates: 10, seed: 0 };
    const error = (code: string) => expect.objectContaining({ code });
    expect(() => simulatePooled({ ...three, rows: [3, 1, 1] }, [1, 1, 1], options)).toThrow(
      error("infinite-risk"),
    );
    expect(() => simulatePooled({ ...three, rows: [4, 4, 4] }, [1, 0, 0], options)).toThrow(
      error("infinite-risk"),
    );
    expect(() => simulatePooled(three, [1, 1], options)).toThrow(error("bad-option"));
    expect(() => simulatePooled(three, [1, -1, 1], options)).toThrow(error("bad-option"));
    expect(() => simulatePooled(three, [1, 1, 1], { ...options, replicates: 1 })).toThrow(
      error("bad-option"),
    );
    expect(() => simulatePooled({ ...three, features: 1 }, [1, 1, 1], options)).toThrow(
      /more than 1 dimensions/,
    );
    expect(() => simulatePooled({ ...shifted, coefficients: [[1]] }, [1, 1], options)).toThrow(
      LinearTheoryError,
    );
    const skew = [
      [
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      shifted.covariances![1]!,
    ];
    expect(() => simulatePooled({ ...shifted, covariances: skew }, [1, 1], options)).toThrow(/symmetric/);
  });
});

describe("simulateAveraged and simulateShared", () => {
  it("agree with their exact risks, with known bias", () => {
    const problem: Problem = { ...three, rows: [9, 11, 20] };
    const alpha = [0.5, 0.3, 0.2];
    const bias2 = 0.09 * 0.7 + 0.04 * 0.4 - 2 * 0.06 * 0.2;
    const averaged = simulateAveraged(problem, [5, 3, 2], { replicates: 40_000, seed: 1 });
    const variance = alpha.reduce(
      (sum, share, k) => sum + (share ** 2 * three.noise[k]! * 4) / (problem.rows[k]! - 5),
      0,
    );
    expect(averaged.bias2.mean).toBeCloseTo(bias2, 12);
    expect(averaged.bias2.se).toBeLessThan(1e-12);
    expect(Math.abs(score(averaged.variance, variance))).toBeLessThan(4);

    const shared = simulateShared({ ...three, rows: [12, 12, 12] }, alpha, { replicates: 40_000, seed: 2 });
    const noise = alpha.reduce((sum, share, k) => sum + share ** 2 * three.noise[k]!, 0);
    expect(Math.abs(score(shared.risk, bias2 + (noise * 4) / 7))).toBeLessThan(4);
  });

  it("say what is wrong", () => {
    const options = { replicates: 10, seed: 0 };
    expect(() => simulateAveraged(three, [1, 1, 1], options)).toThrow(/task 1/);
    expect(() => simulateShared(three, [1, 1, 1], options)).toThrow(/the same rows/);
    expect(() => simulateAveraged(three, [1, 0, -1], options)).toThrow(/sum to 0/);
  });
});

describe("populationOf", () => {
  it("has coefficient differences with the inner products of the problem", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer(),
        (d, k, seed) => {
          const stream = random(seed);
          const w = Array.from({ length: k + 1 }, (_, task) =>
            Array.from({ length: d }, () => (task === 0 ? 0 : stream.normal())),
          );
          const inner = (a: readonly number[], b: readonly number[]) =>
            a.reduce((sum, x, i) => sum + x * b[i]!, 0);
          const shifts = w.map((a) => w.map((b) => inner(a, b)));
          const ones = w.map(() => 1);
          const found = populationOf({ features: d, rows: ones, noise: ones, shifts }).differences;
          for (const [j, a] of found.entries())
            for (const [i, b] of found.entries())
              expect(inner([...a], [...b])).toBeCloseTo(shifts[j]![i]!, 6);
        },
      ),
    );
  });
});
