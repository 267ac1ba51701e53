import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benefit } from "../src/benefit/benefit.ts";
import { rowPhases } from "../src/benefit/row-phases.ts";
import { shiftThreshold } from "../src/benefit/shift-threshold.ts";
import { weightInterval } from "../src/benefit/weight-interval.ts";
import { averagingRisk } from "../src/risk/averaging.ts";
import { pooledRisk } from "../src/risk/pooled.ts";
import { sharedDesignRisk } from "../src/risk/shared-design.ts";
import { singleTaskRisk } from "../src/risk/single-task.ts";
import { problems, weightsFor } from "./support/arbitraries.ts";
import { apart, problem, vectors } from "./support/vectors.ts";

const one = (delta: number) => [
  [0, 0],
  [0, delta],
];

describe("benefit", () => {
  it("helps exactly when the margin is above 1, and at the margin the risks are equal", () => {
    fc.assert(
      fc.property(
        problems().chain((p) => fc.tuple(fc.constant(p), weightsFor(p))),
        ([p, a]) => {
          const { helps, margin, single, transfer, ratio } = benefit(p, a, "average");
          expect(helps).toBe(transfer.risk < single.risk);
          expect(helps).toBe(ratio < 1);
          if (margin > 0 && margin < 1e6) {
            const moved = { ...p, shifts: p.shifts.map((row) => row.map((value) => value * margin)) };
            expect(apart(averagingRisk(moved, a).risk, single.risk)).toBeLessThan(1e-9);
            if (Math.abs(margin - 1) > 1e-9) expect(helps).toBe(margin > 1);
          } else if (margin === 0) expect(helps).toBe(false);
        },
      ),
    );
  });

  it("everything helps a primary whose own risk is infinite", () => {
    const b = benefit(problem(5, [4, 60], [1, 1], one(3)), [1, 1], "pooled");
    expect(b).toMatchObject({ helps: true, ratio: 0, margin: Number.POSITIVE_INFINITY });
  });
});

describe("shiftThreshold", () => {
  it.each(vectors.weighted_two_task)("reference vector of $d features", (v) => {
    const t = shiftThreshold(problem(v.d, [v.n0, v.n1], v.s2, one(v.delta2)), [v.a0, v.a1]);
    expect(apart(t.threshold, v.delta2_threshold_at_a1)).toBeLessThan(1e-8);
    expect(t.helps).toBe(v.benefits);
    expect(t.exact).toBe(true);
  });

  it("of equal weights tends to the primary's risk with the auxiliary's rows", () => {
    const p = problem(20, [60, 10_000_000], [1, 1], one(0.3));
    expect(apart(shiftThreshold(p).threshold, singleTaskRisk(p).risk)).toBeLessThan(1e-4);
  });

  it("is that of the closed form for a shared design with equal weights", () => {
    const p = problem(5, [20, 20], [1, 0.7], one(0.3));
    const c = 5 / 14;
    expect(shiftThreshold(p, [1, 1], "shared").threshold).toBeCloseTo(c * (3 - 0.7), 12);
  });

  it("scales with noise, and is 0 when the auxiliary is far too noisy", () => {
    const p = problem(5, [20, 20], [1e-280, 7e-281], one(0));
    expect(apart(shiftThreshold(p, [1, 1], "shared").threshold, 1e-280 * (5 / 14) * (3 - 0.7))).toBeLessThan(
      1e-12,
    );
    expect(shiftThreshold(problem(5, [20, 20], [1, 100], one(0)), [1, 1]).threshold).toBe(0);
  });

  it("needs one auxiliary", () => {
    expect(() => shiftThreshold(problem(1, [9], [1], [[0]]))).toThrow(/margin/);
  });
});

describe("rowPhases", () => {
  it.each([
    [0.3, 169, 0.265, undefined],
    [0.5, 71, 0.352, undefined],
    [0.8, 35, 0.431, 129],
    [1.2, 16, undefined, 37],
  ])("20 features, 60 rows, Δ = %d: best at %d rows", (delta, rows, risk, harmfulFrom) => {
    const p = problem(20, [60, 1], [1, 1], one(delta));
    const phases = rowPhases(p);
    expect(phases.best.rows).toBe(rows);
    if (risk !== undefined) expect(phases.best.risk).toBeCloseTo(risk, 3);
    expect(phases.harmful[0]?.from).toBe(harmfulFrom);
    if (harmfulFrom === undefined) return;
    const at = (n: number) => pooledRisk({ ...p, rows: [60, n] }).risk;
    expect(at(harmfulFrom)).toBeGreaterThanOrEqual(phases.single);
    expect(at(harmfulFrom - 1)).toBeLessThan(phases.single);
    expect(phases.harmful[0]!.to).toBe(Number.POSITIVE_INFINITY);
  });

  it("more is always better without a shift", () => {
    expect(rowPhases(problem(3, [10, 1], [1, 1], one(0)))).toMatchObject({
      best: { rows: Number.POSITIVE_INFINITY, risk: 0 },
      harmful: [],
    });
  });

  it("a noisy auxiliary harms at first and helps in the end", () => {
    const p = problem(3, [30, 1], [1, 40], one(0));
    const { harmful, best } = rowPhases(p);
    expect(harmful).toHaveLength(1);
    expect(harmful[0]!.from).toBe(1);
    expect(pooledRisk({ ...p, rows: [30, harmful[0]!.to] }).risk).toBeGreaterThanOrEqual(
      singleTaskRisk(p).risk,
    );
    expect(pooledRisk({ ...p, rows: [30, harmful[0]!.to + 1] }).risk).toBeLessThan(singleTaskRisk(p).risk);
    expect(best.rows).toBe(Number.POSITIVE_INFINITY);
  });

  it("an auxiliary that only harms has best 0", () => {
    expect(rowPhases(problem(3, [300, 1], [1, 40], one(5))).best.rows).toBe(0);
  });
});

describe("weightInterval", () => {
  it("its ends are where the risk is the primary's own, and inside it is smaller", () => {
    fc.assert(
      fc.property(problems({ tasks: 2 }), (p) => {
        const shared = { ...p, rows: [p.rows[0]!, p.rows[0]!] };
        const { high } = weightInterval(shared, "shared");
        const single = singleTaskRisk(p).risk;
        expect(apart(sharedDesignRisk(shared, [1 - high, high]).risk, single)).toBeLessThan(1e-9);
        expect(sharedDesignRisk(shared, [1 - high / 2, high / 2]).risk).toBeLessThan(single);
        const c = p.features / (p.rows[0]! - p.features - 1);
        const [s0, s1] = p.noise as [number, number];
        expect(apart(high, (2 * c * s0) / (p.shifts[1]![1]! + c * s1 + c * s0))).toBeLessThan(1e-10);
      }),
    );
  });
});
