import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { averagingRisk } from "../src/risk/averaging.ts";
import { equivalentRisk } from "../src/risk/equivalent.ts";
import { equivalentShiftRisk } from "../src/risk/equivalent-shift.ts";
import { type FixedDesign, fixedDesignGradient, fixedDesignRisk } from "../src/risk/fixed-design.ts";
import { mallowsCp } from "../src/risk/mallows-cp.ts";
import { pooledRisk, poolingCoefficients } from "../src/risk/pooled.ts";
import { sharedDesignRisk } from "../src/risk/shared-design.ts";
import { singleTaskRisk } from "../src/risk/single-task.ts";
import { problems, weightsFor } from "./support/arbitraries.ts";
import { apart, problem, vectors } from "./support/vectors.ts";

const flat = [[0]];

describe("reference vectors", () => {
  it.each(vectors.fixed_design)("fixed design, weights $a", (v) => {
    const r = fixedDesignRisk({ x: v.X, coefficients: v.w, noise: v.s2, metric: v.Sigma }, v.a);
    expect(apart(r.bias2, v.bias2)).toBeLessThan(1e-10);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-10);
    expect(r.exact).toBe(true);
  });

  it.each(vectors.single_task)("single task, $n rows of $d features", (v) => {
    expect(apart(singleTaskRisk(problem(v.d, [v.n], [v.s2], flat)).risk, v.risk)).toBeLessThan(1e-14);
  });

  it.each(vectors.pooled_unweighted_exact)("unweighted pooling of $ns", (v) => {
    const r = pooledRisk(problem(v.d, v.ns, v.s2, v.G));
    expect(apart(r.bias2, v.bias2, 1e-6)).toBeLessThan(1e-9);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-12);
    for (const [j, row] of poolingCoefficients(v.ns, v.d).entries())
      for (const [k, c] of row.entries()) expect(c).toBeCloseTo(v.C[j]![k]!, 12);
    // The vectors hold "false" where the primary alone has no finite risk to compare with.
    const single = singleTaskRisk(problem(v.d, v.ns, v.s2, v.G)).risk;
    expect(r.risk < single && single < Number.POSITIVE_INFINITY).toBe(v.benefits);
  });

  it.each(vectors.averaging_exact)("averaging with $alpha", (v) => {
    const r = averagingRisk(problem(v.d, v.ns, v.s2, v.G), v.alpha);
    expect(apart(r.bias2, v.bias2)).toBeLessThan(1e-12);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-12);
  });

  it.each(vectors.shared_design_exact)("shared design with $a", (v) => {
    const noise = v.S.map((row, k) => row[k]!);
    const r = sharedDesignRisk(
      problem(
        v.d,
        noise.map(() => v.n),
        noise,
        v.G,
      ),
      v.a,
      v.S,
    );
    expect(apart(r.bias2, v.bias2)).toBeLessThan(1e-12);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-12);
  });

  it.each(vectors.weighted_K_tasks_equivalent)("equivalent of $ns with $a", (v) => {
    const r = equivalentRisk(problem(v.d, v.ns, v.s2, v.G), v.a);
    expect(apart(r.bias2, v.bias2 + v.misspec)).toBeLessThan(1e-9);
    expect(apart(r.misfit, v.misspec)).toBeLessThan(1e-9);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-9);
    for (const [k, p] of v.p.entries()) expect(r.shares[k]).toBeCloseTo(p, 10);
    expect(r.exact).toBe(false);
  });

  it.each(vectors.weighted_two_task)("equivalent of two tasks, $n0 and $n1 rows", (v) => {
    const shifts = [
      [0, 0],
      [0, v.delta2],
    ];
    const r = equivalentRisk(problem(v.d, [v.n0, v.n1], v.s2, shifts), [v.a0, v.a1]);
    expect(apart(r.risk, v.equivalent.risk)).toBeLessThan(1e-9);
    expect(apart(r.variance, v.equivalent.var)).toBeLessThan(1e-9);
  });

  it.each(vectors.covariate_shift_equivalent)("covariate shift, $ns rows", (v) => {
    const r = equivalentShiftRisk({ rows: v.ns, covariances: v.Sigma, coefficients: v.w, noise: v.s2 }, v.a);
    expect(apart(r.bias2, v.bias2 + v.misspec)).toBeLessThan(1e-9);
    expect(apart(r.variance, v.var)).toBeLessThan(1e-9);
    expect(apart(r.misfit, v.misspec)).toBeLessThan(1e-9);
  });

  it("Mallows's Cp", () => {
    const { X, y, a, s2_true, cp_with_true_s2 } = vectors.plugin;
    const tasks = X.map((x, k) => ({ x, y: y[k]! }));
    expect(apart(mallowsCp(tasks, a, s2_true[0]!), cp_with_true_s2)).toBeLessThan(1e-9);
  });
});

describe("identities", () => {
  it("pooling coefficients sum to 1", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, features) => {
          fc.pre(rows.reduce((a, b) => a + b) > features + 1);
          const all = poolingCoefficients(rows, features).flat();
          expect(
            apart(
              all.reduce((a, b) => a + b),
              1,
            ),
          ).toBeLessThan(1e-11);
        },
      ),
    );
  });

  it("risks do not depend on the order of the auxiliaries nor on the scale of the weights", () => {
    fc.assert(
      fc.property(
        problems().chain((p) => fc.tuple(fc.constant(p), weightsFor(p))),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        ([p, a], scale) => {
          const order = p.rows.map((_, k) => (k === 0 ? 0 : p.rows.length - k));
          const turned = {
            ...p,
            rows: order.map((k) => p.rows[k]!),
            noise: order.map((k) => p.noise[k]!),
            shifts: order.map((j) => order.map((k) => p.shifts[j]![k]!)),
          };
          for (const of of [equivalentRisk, averagingRisk]) {
            const r = of(p, a).risk;
            expect(
              apart(
                of(
                  turned,
                  order.map((k) => a[k]!),
                ).risk,
                r,
              ),
            ).toBeLessThan(1e-11);
            expect(
              apart(
                of(
                  p,
                  a.map((value) => value * scale),
                ).risk,
                r,
              ),
            ).toBeLessThan(1e-11);
          }
          expect(apart(pooledRisk(turned).risk, pooledRisk(p).risk)).toBeLessThan(1e-11);
        },
      ),
    );
  });

  it("an auxiliary split in two parts of the same coefficients, noise and weight changes nothing", () => {
    fc.assert(
      fc.property(
        problems({ tasks: 2 }).chain((p) => fc.tuple(fc.constant(p), weightsFor(p))),
        ([p, a]) => {
          const [n0, n1] = p.rows as [number, number];
          fc.pre(n1 >= 2);
          const part = Math.floor(n1 / 3) + 1;
          const g = p.shifts[1]![1]!;
          const split = {
            features: p.features,
            rows: [n0, part, n1 - part],
            noise: [p.noise[0]!, p.noise[1]!, p.noise[1]!],
            shifts: [
              [0, 0, 0],
              [0, g, g],
              [0, g, g],
            ],
          };
          expect(apart(pooledRisk(split).risk, pooledRisk(p).risk)).toBeLessThan(1e-10);
          expect(
            apart(equivalentRisk(split, [a[0]!, a[1]!, a[1]!]).risk, equivalentRisk(p, a).risk),
          ).toBeLessThan(1e-10);
        },
      ),
    );
  });

  it("covariate shift with equal covariances is the plain equivalent", () => {
    fc.assert(
      fc.property(
        problems({ features: 3 }).chain((p) => fc.tuple(fc.constant(p), weightsFor(p))),
        fc.double({ min: 0.1, max: 0.8, noNaN: true }),
        ([p, a], correlation) => {
          const covariance = [
            [2, correlation, 0],
            [correlation, 1, correlation],
            [0, correlation, 1.5],
          ];
          const coefficients = p.rows.map((_, k) => [k, Math.cos(3 * k), -0.5 * k]);
          const length = (j: number, k: number) => {
            let sum = 0;
            for (let r = 0; r < 3; r++)
              for (let c = 0; c < 3; c++)
                sum +=
                  (coefficients[j]![r]! - coefficients[0]![r]!) *
                  covariance[r]![c]! *
                  (coefficients[k]![c]! - coefficients[0]![c]!);
            return sum;
          };
          const shifts = p.rows.map((_, j) => p.rows.map((__, k) => length(Math.min(j, k), Math.max(j, k))));
          const plain = equivalentRisk({ ...p, shifts }, a);
          const shifted = equivalentShiftRisk(
            { rows: p.rows, covariances: p.rows.map(() => covariance), coefficients, noise: p.noise },
            a,
          );
          expect(apart(shifted.risk, plain.risk)).toBeLessThan(1e-8);
          for (const [k, share] of plain.shares.entries()) expect(shifted.shares[k]).toBeCloseTo(share, 8);
        },
      ),
    );
  });

  it("the equivalent's variance with equal weights is that of unweighted pooling, and one task is exact", () => {
    fc.assert(
      fc.property(problems(), (p) => {
        const equal = equivalentRisk(
          p,
          p.rows.map(() => 1),
        );
        expect(apart(equal.variance, pooledRisk(p).variance)).toBeLessThan(1e-11);
        const only = equivalentRisk(
          p,
          p.rows.map((_, k) => (k === 0 ? 1 : 0)),
        );
        expect(apart(only.risk, singleTaskRisk(p).risk)).toBeLessThan(1e-11);
      }),
    );
  });

  it("the fixed design's gradient is that of finite differences, and orthogonal to the weights", () => {
    const v = vectors.fixed_design[1]!;
    const design: FixedDesign = { x: v.X, coefficients: v.w, noise: v.s2, metric: v.Sigma };
    const gradient = fixedDesignGradient(design, v.a);
    for (const [j, slope] of gradient.entries()) {
      const step = 1e-5;
      const moved = (sign: number) =>
        fixedDesignRisk(
          design,
          v.a.map((a, k) => (k === j ? a + sign * step : a)),
        ).risk;
      expect(slope).toBeCloseTo((moved(1) - moved(-1)) / (2 * step), 7);
    }
    expect(gradient.reduce((sum, slope, k) => sum + slope * v.a[k]!, 0)).toBeCloseTo(0, 12);
  });

  it("the fixed design's gradient at the primary alone is negative for every auxiliary", () => {
    const v = vectors.fixed_design[0]!;
    const design: FixedDesign = { x: v.X, coefficients: v.w, noise: v.s2 };
    const alone = v.a.map((_, k) => (k === 0 ? 1 : 0));
    for (const slope of fixedDesignGradient(design, alone).slice(1)) expect(slope).toBeLessThan(0);
  });
});

describe("risks that do not exist", () => {
  const small = problem(
    5,
    [6, 40],
    [1, 1],
    [
      [0, 0],
      [0, 1],
    ],
  );

  it("are infinite and name a cure", () => {
    const r = singleTaskRisk(small);
    expect(r.risk).toBe(Number.POSITIVE_INFINITY);
    expect(r.caution).toMatch(/6 rows for 5 features.*ridge.*average.*drop features/);
    expect(averagingRisk(small, [1, 1]).risk).toBe(Number.POSITIVE_INFINITY);
    expect(averagingRisk(small, [0, 1]).risk).toBeLessThan(2);
    expect(pooledRisk(problem(5, [3, 3], [1, 1], small.shifts as number[][])).risk).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(equivalentRisk(small, [1, 0]).risk).toBe(Number.POSITIVE_INFINITY);
    expect(sharedDesignRisk(problem(5, [6, 6], [1, 1], small.shifts as number[][]), [1, 1]).risk).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("are 0 without noise once there are as many rows as features", () => {
    expect(singleTaskRisk(problem(5, [5], [0], flat)).risk).toBe(0);
    expect(singleTaskRisk(problem(5, [4], [0], flat)).risk).toBe(Number.POSITIVE_INFINITY);
  });

  it("pooling makes them finite although the primary alone has too few rows", () => {
    expect(pooledRisk(small).risk).toBeLessThan(2);
    expect(equivalentRisk(small, [1, 0.1]).risk).toBeLessThan(2);
  });
});

describe("bad input", () => {
  const p = problem(
    2,
    [10, 20],
    [1, 1],
    [
      [0, 0],
      [0, 1],
    ],
  );
  it.each([
    ["too few weights", [1], /1 weights for 2 tasks/],
    ["a negative weight", [1, -1], /weights\[1\] must be at least 0/],
    ["NaN", [Number.NaN, 1], /weights\[0\] must be finite/],
    ["no weight", [0, 0], /All weights are 0/],
  ])("%s is named", (_, weights, message) => {
    expect(() => equivalentRisk(p, weights)).toThrow(message);
  });

  it("weights that sum to 0 have no weighted mean", () => {
    expect(() => averagingRisk(p, [1, -1])).toThrow(/sum to 0/);
  });

  it("a shared design has the same rows in every task", () => {
    expect(() => sharedDesignRisk(p, [1, 1])).toThrow(/rows\[0\] is 10 and rows\[1\] is 20/);
  });

  it("a fixed design whose features repeat is singular", () => {
    const x = [
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    ];
    expect(() => fixedDesignRisk({ x, coefficients: [[0, 0]], noise: [1] }, [1])).toThrow(
      /not positive definite/,
    );
  });

  it("a covariance that is not definite is named", () => {
    const covariances = [
      [
        [1, 2],
        [2, 1],
      ],
    ];
    expect(() =>
      equivalentShiftRisk({ rows: [9], covariances, coefficients: [[0, 0]], noise: [1] }, [1]),
    ).toThrow(/covariances\[0\] must be positive definite/);
  });
});
