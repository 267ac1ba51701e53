import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equivalentRisk } from "../src/risk/equivalent.ts";
import { fixedDesignRisk } from "../src/risk/fixed-design.ts";
import { riskMatrix } from "../src/risk/risk-matrix.ts";
import { twoTaskRisk } from "../src/risk/two-task.ts";
import { equalityQp } from "../src/weights/equality-qp.ts";
import { optimalWeights } from "../src/weights/optimal-weights.ts";
import { simplexQp } from "../src/weights/simplex-qp.ts";
import { stationarity } from "../src/weights/two-task-shares.ts";
import { problems, weightsFor } from "./support/arbitraries.ts";
import { apart, problem, vectors } from "./support/vectors.ts";

/** Gram matrices of random points, often of lower rank than size and with entries apart by many orders. */
const grams = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([tasks, rank]) =>
    fc.tuple(
      fc.array(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: rank, maxLength: rank }), {
        minLength: tasks,
        maxLength: tasks,
      }),
      fc.array(fc.integer({ min: -4, max: 4 }), { minLength: tasks, maxLength: tasks }),
    ),
  )
  .map(([points, logs]) => {
    const scaled = points.map((point, k) => point.map((value) => (value / 1000) * 10 ** logs[k]!));
    return scaled.map((a) => scaled.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
  });

const value = (q: readonly (readonly number[])[], a: readonly number[]) =>
  q.reduce((sum, row, j) => sum + a[j]! * row.reduce((inner, entry, k) => inner + entry * a[k]!, 0), 0);
const total = (a: readonly number[]) => a.reduce((sum, entry) => sum + entry, 0);

describe("quadratic programmes", () => {
  it.each(vectors.qp)("reference vector, simplex $simplex", (v) => {
    const simplex = simplexQp(v.Q);
    for (const [k, a] of v.simplex.entries()) expect(Math.abs(simplex.weights[k]! - a)).toBeLessThan(1e-9);
    expect(apart(simplex.value, v.simplex_value)).toBeLessThan(1e-9);
    const equality = equalityQp(v.Q);
    for (const [k, a] of v.equality.entries()) expect(Math.abs(equality.weights[k]! - a)).toBeLessThan(1e-9);
    expect(apart(equality.value, v.equality_value)).toBeLessThan(1e-9);
  });

  it("the simplex minimum meets the conditions of Karush, Kuhn and Tucker", () => {
    fc.assert(
      fc.property(grams, (q) => {
        const { weights, value: least } = simplexQp(q);
        expect(total(weights)).toBeCloseTo(1, 12);
        for (const weight of weights) expect(weight).toBeGreaterThanOrEqual(0);
        for (const row of q) {
          const slope = row.reduce((sum, entry, k) => sum + entry * weights[k]!, 0);
          const size = row.reduce((sum, entry, k) => sum + Math.abs(entry) * weights[k]!, 0);
          expect(slope - least).toBeGreaterThanOrEqual(-1e-11 * (size + least));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("the equality minimum has equal slopes and is no worse than the simplex minimum", () => {
    fc.assert(
      fc.property(problems(), (p) => {
        const q = riskMatrix(p, "average");
        const { weights, value: least } = equalityQp(q);
        for (const row of q)
          expect(
            apart(
              row.reduce((sum, entry, k) => sum + entry * weights[k]!, 0),
              least,
            ),
          ).toBeLessThan(1e-9);
        expect(least).toBeLessThanOrEqual(simplexQp(q).value * (1 + 1e-12));
      }),
    );
  });

  it("a singular matrix has a minimum under either constraint", () => {
    const twice = [
      [2, 2, 0],
      [2, 2, 0],
      [0, 0, 1],
    ];
    expect(simplexQp(twice).value).toBeCloseTo(2 / 3, 14);
    const { weights, value: least } = equalityQp(twice);
    expect(least).toBeCloseTo(2 / 3, 14);
    expect(weights[0]).toBeCloseTo(weights[1]!, 12);
    expect(
      simplexQp([
        [0, 0],
        [0, 0],
      ]).value,
    ).toBe(0);
  });

  it("what is no covariance matrix is refused", () => {
    expect(() =>
      simplexQp([
        [1, 2],
        [2, 1],
      ]),
    ).toThrow(/positive semi-definite/);
    expect(() =>
      simplexQp([
        [1, 0.5],
        [0, 1],
      ]),
    ).toThrow(/symmetric/);
    expect(() => equalityQp([[Number.NaN]])).toThrow(/finite/);
    expect(() => simplexQp([])).toThrow(/empty/);
  });
});

describe("optimalWeights", () => {
  it.each(vectors.shared_design_exact)("shared design, reference vector of $n rows", (v) => {
    const p = problem(
      v.d,
      v.S.map(() => v.n),
      v.S.map((row, k) => row[k]!),
      v.G,
    );
    const q = riskMatrix(p, "shared", v.S);
    for (const [j, row] of v.Q.entries())
      for (const [k, entry] of row.entries()) expect(q[j]![k]).toBeCloseTo(entry, 12);
    for (const [negative, weights, risk] of [
      [true, v.alpha_opt_equality, v.risk_opt_equality],
      [false, v.alpha_opt_simplex, v.risk_opt_simplex],
    ] as const) {
      const best = optimalWeights(p, { design: "shared", negative, noiseCovariance: v.S });
      for (const [k, a] of weights.entries()) expect(Math.abs(best.weights[k]! - a)).toBeLessThan(1e-9);
      expect(apart(best.risk.risk, risk)).toBeLessThan(1e-9);
      expect(apart(best.single.risk, v.risk_single)).toBeLessThan(1e-12);
    }
  });

  it.each(vectors.weighted_two_task)("pooled, reference vector of $d features", (v) => {
    const p = problem(v.d, [v.n0, v.n1], v.s2, [
      [0, 0],
      [0, v.delta2],
    ]);
    for (const [k, c] of stationarity(p).entries())
      expect(c).toBeCloseTo(v.optimum.quartic_coeffs_low_to_high[k]!, 12);
    const { weights, risk } = optimalWeights(p, { design: "pooled" });
    expect(apart(weights[1]! / weights[0]!, v.optimum.a1)).toBeLessThan(1e-8);
    expect(apart(equivalentRisk(p, weights).risk, v.optimum.risk_equivalent)).toBeLessThan(1e-9);
    expect(apart(equivalentRisk(p, weights).shares[1]!, v.optimum.p1)).toBeLessThan(1e-8);
    expect(apart(risk.risk, v.optimum.risk_exact_there)).toBeLessThan(1e-8);
    // The optimum of the equivalent, measured with the exact risk, is within 0.001 % of the exact optimum.
    for (const factor of [0.8, 0.95, 1.05, 1.25])
      expect(twoTaskRisk(p, [weights[0]!, factor * weights[1]!]).risk).toBeGreaterThan(
        risk.risk * (1 - 1e-5),
      );
  });

  it("averaging follows the law of parallel resistors: 1 / R adds up when shifts are orthogonal", () => {
    const shifts = [
      [0, 0, 0],
      [0, 0.4, 0],
      [0, 0, 0.3],
    ];
    const p = problem(4, [30, 40, 50], [1, 2, 0.5], shifts);
    const q = riskMatrix(p, "average");
    const { risk } = optimalWeights(p, { design: "average" });
    expect(apart(1 / risk.risk, 1 / q[0]![0]! + 1 / q[1]![1]! + 1 / q[2]![2]!)).toBeLessThan(1e-12);
  });

  it("beats random weights and the primary alone, in every design", () => {
    fc.assert(
      fc.property(
        problems().chain((p) => fc.tuple(fc.constant(p), weightsFor(p))),
        ([p, a]) => {
          const shared = { ...p, rows: p.rows.map(() => p.rows[0]!) };
          for (const [of, design] of [
            [p, "average"],
            [shared, "shared"],
          ] as const) {
            const best = optimalWeights(of, { design });
            const q = riskMatrix(of, design);
            expect(best.risk.risk).toBeLessThanOrEqual(value(q, a) / total(a) ** 2 + 1e-12 * q[0]![0]!);
            expect(best.ratio).toBeLessThanOrEqual(1 + 1e-12);
            if (p.rows.length > 1 && p.shifts.every((row) => row.every((entry) => entry >= 0)))
              expect(best.ratio).toBeLessThan(1);
          }
          const { weights } = optimalWeights(p, { design: "pooled" });
          const least = equivalentRisk(p, weights).risk;
          expect(least).toBeLessThanOrEqual(equivalentRisk(p, a).risk * (1 + 1e-9));
          expect(least).toBeLessThanOrEqual(
            equivalentRisk(
              p,
              p.rows.map((_, k) => (k === 0 ? 1 : 0)),
            ).risk *
              (1 + 1e-12),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("without shifts the best pooling weights are 1 / s_k²", () => {
    const p = problem(
      5,
      [20, 30, 25],
      [1, 0.5, 3],
      [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    );
    const { weights } = optimalWeights(p, { design: "pooled" });
    for (const [k, s2] of p.noise.entries()) expect(weights[k]! / weights[0]!).toBeCloseTo(1 / s2, 4);
  });

  it("pools for a primary with fewer rows than features", () => {
    const p = problem(
      10,
      [6, 40],
      [1, 1],
      [
        [0, 0],
        [0, 0.2],
      ],
    );
    const { weights, risk, single, ratio } = optimalWeights(p, { design: "pooled" });
    expect(single.risk).toBe(Number.POSITIVE_INFINITY);
    expect(ratio).toBe(0);
    expect(risk.risk).toBeLessThan(equivalentRisk(p, [1, 1]).risk);
    expect(weights[0]).toBeGreaterThan(weights[1]!);
    const q = optimalWeights(p, { design: "average" });
    expect(q.weights).toEqual([0, 1]);
  });

  it("a primary without noise needs nobody", () => {
    const p = problem(
      2,
      [10, 40],
      [0, 1],
      [
        [0, 0],
        [0, 0.2],
      ],
    );
    for (const design of ["average", "pooled"] as const)
      expect(optimalWeights(p, { design }).weights).toEqual([1, 0]);
  });

  it("says when no weights have a finite risk", () => {
    const p = problem(
      9,
      [4, 5],
      [1, 1],
      [
        [0, 0],
        [0, 1],
      ],
    );
    for (const design of ["average", "pooled"] as const)
      expect(() => optimalWeights(p, { design })).toThrow(
        /No weights have a finite risk.*Add rows or a ridge/,
      );
  });

  it.each(vectors.fixed_design)("fixed design: no better weights among random ones, weights $a", (v) => {
    const design = { x: v.X, coefficients: v.w, noise: v.s2, metric: v.Sigma };
    const { weights, risk, single } = optimalWeights(design, { design: "fixed" });
    expect(risk.risk).toBeLessThan(single.risk);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -6, max: 6, noNaN: true }), {
          minLength: v.a.length,
          maxLength: v.a.length,
        }),
        (logs) => {
          expect(
            fixedDesignRisk(
              design,
              logs.map((log) => 10 ** log),
            ).risk,
          ).toBeGreaterThanOrEqual(risk.risk * (1 - 1e-9));
        },
      ),
      { numRuns: 300 },
    );
    expect(total(weights)).toBeCloseTo(1, 12);
  });
});
