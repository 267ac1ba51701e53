import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equivalentRisk } from "../src/risk/equivalent.ts";
import { jacobiEnsemble } from "../src/risk/jacobi-ensemble.ts";
import { pooledRisk } from "../src/risk/pooled.ts";
import { singleTaskRisk } from "../src/risk/single-task.ts";
import { twoTaskRisk } from "../src/risk/two-task.ts";
import { problems } from "./support/arbitraries.ts";
import { apart, problem, vectors } from "./support/vectors.ts";

const shifts = (delta: number) => [
  [0, 0],
  [0, delta],
];

describe("twoTaskRisk", () => {
  it.each(vectors.weighted_two_task)("reference vector of $d features, $n0 and $n1 rows, weight $a1", (v) => {
    const r = twoTaskRisk(problem(v.d, [v.n0, v.n1], v.s2, shifts(v.delta2)), [v.a0, v.a1]);
    expect(r.exact).toBe(true);
    // The vectors of 20 features are themselves known to about 1e-10 only.
    const known = v.d < 20 ? 1e-10 : 1e-9;
    expect(apart(r.bias2, v.exact.bias2)).toBeLessThan(known);
    expect(apart(r.variance, v.exact.var)).toBeLessThan(known);
    expect(r.error).toBeLessThan(1e-10);
  });

  it.each([
    [1, 3, 2],
    [2, 2, 2],
    [7, 9, 100],
    [13, 40, 14],
    [20, 30, 50],
    [41, 60, 90],
    [64, 1000, 64],
    [100, 150, 300],
  ])("equal weights are unweighted pooling: %d features, %d and %d rows", (d, n0, n1) => {
    const p = problem(d, [n0, n1], [1, 2.5], shifts(0.7));
    const r = twoTaskRisk(p, [3, 3]);
    expect(r.exact).toBe(true);
    expect(apart(r.bias2, pooledRisk(p).bias2)).toBeLessThan(1e-11);
    expect(apart(r.variance, pooledRisk(p).variance)).toBeLessThan(1e-11);
  });

  it("only ratios of weights matter, and swapping the tasks swaps the variances", () => {
    fc.assert(
      fc.property(problems({ tasks: 2 }), fc.double({ min: -3, max: 3, noNaN: true }), (p, log) => {
        const a = 10 ** log;
        const r = twoTaskRisk(p, [1, a]);
        expect(apart(twoTaskRisk(p, [7, 7 * a]).risk, r.risk)).toBeLessThan(1e-9);
        const swapped = { ...p, rows: [p.rows[1]!, p.rows[0]!], noise: [p.noise[1]!, p.noise[0]!] };
        expect(apart(twoTaskRisk(swapped, [a, 1]).variance, r.variance)).toBeLessThan(1e-9);
      }),
      { numRuns: 15 },
    );
  });

  it("V = -Σ a_k² s_k² ∂f/∂a_k with f = E tr H^-1", () => {
    // With all s_k² a_k = 1 the variance is E tr H^-1 = f itself, as Σ a_k A_k = H.
    const f = (a0: number, a1: number) =>
      twoTaskRisk(problem(4, [15, 11], [1 / a0, 1 / a1], shifts(0)), [a0, a1]).variance;
    const [a0, a1] = [1.3, 0.4];
    const step = 1e-4;
    const slope0 = (f(a0 + step, a1) - f(a0 - step, a1)) / (2 * step);
    const slope1 = (f(a0, a1 + step) - f(a0, a1 - step)) / (2 * step);
    const noise = [0.7, 2];
    const variance = twoTaskRisk(problem(4, [15, 11], noise, shifts(0)), [a0, a1]).variance;
    expect(apart(variance, -(a0 ** 2 * noise[0]! * slope0 + a1 ** 2 * noise[1]! * slope1))).toBeLessThan(
      1e-6,
    );
  });

  it("the equivalent is within a few percent", () => {
    fc.assert(
      fc.property(problems({ tasks: 2 }), fc.double({ min: -2, max: 2, noNaN: true }), (p, log) => {
        const exact = twoTaskRisk(p, [1, 10 ** log]);
        expect(exact.exact).toBe(true);
        expect(apart(equivalentRisk(p, [1, 10 ** log]).risk, exact.risk)).toBeLessThan(0.1);
      }),
      { numRuns: 15 },
    );
  });

  it("weight 0 leaves one task, exactly", () => {
    const p = problem(3, [10, 20], [1, 2], shifts(0.5));
    expect(twoTaskRisk(p, [1, 0]).risk).toBe(singleTaskRisk(p).risk);
    expect(twoTaskRisk(p, [0, 1]).risk).toBeCloseTo(0.5 + (2 * 3) / 16, 14);
    expect(twoTaskRisk(problem(3, [4, 20], [1, 2], shifts(0.5)), [1, 0]).risk).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["fewer rows than features", problem(5, [4, 40], [1, 1], shifts(1)), [1, 1], /at least 5 rows/],
    [
      "more features than it tries",
      problem(101, [200, 300], [1, 1], shifts(1)),
      [1, 1],
      /beyond 100 features/,
    ],
    [
      "a density that no node sees",
      problem(5, [20, 5], [1, 1], shifts(1)),
      [1e-9, 1],
      /estimated relative error/,
    ],
  ])("falls back to the equivalent and says so: %s", (_, p, weights, message) => {
    const r = twoTaskRisk(p, weights);
    expect(r.exact).toBe(false);
    expect(r.caution).toMatch(message);
    expect(r.risk).toBe(equivalentRisk(p, weights).risk);
  });
});

describe("jacobiEnsemble", () => {
  it.each(vectors.jacobi)("reference vector of $d eigenvalues", (v) => {
    const ensemble = jacobiEnsemble(v.d, v.n0, v.n1, 80);
    const u = ensemble.sine2;
    const resolvent = u.map((value, m) => 1 / (ensemble.cosine2[m]! + 0.3 * value));
    expect(apart(ensemble.mean(u), v.E_sum_u_exact)).toBeLessThan(1e-13);
    expect(apart(ensemble.mean(u.map((value) => value ** 2)), v.E_sum_u2)).toBeLessThan(1e-12);
    expect(apart(ensemble.meanSquare(u), v.E_sq_sum_u)).toBeLessThan(1e-12);
    expect(apart(ensemble.mean(resolvent), v.E_sum_inv)).toBeLessThan(1e-12);
    expect(apart(ensemble.meanSquare(resolvent), v.E_sq_sum_inv)).toBeLessThan(1e-12);
  });
});
