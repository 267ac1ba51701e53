import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark, Tier } from "../../src/benchmark.ts";
import { type Reproduced, reproduction } from "../../src/results/reproduction.ts";
import type { Row } from "../../src/results/row.ts";
import { summarize } from "../../src/results/summary.ts";
import { found } from "../harness.ts";
import { toyRow } from "../rows.ts";

let benchmark: Benchmark;
beforeAll(async () => {
  const toy = (await found("toy/noise")).benchmark;
  benchmark = { ...toy, tiers: { ...toy.tiers, ci: { seeds: [0, 1, 2, 3, 4, 5, 6] } } };
});

const base = [1.1, 1.2, 1.15, 1.05, 1.25];

const rows = (tier: Tier, values: readonly (number | null)[], change: Partial<Row> = {}): Row[] =>
  values.map((value, seed) =>
    toyRow({
      tier,
      seed,
      runtime: "tfjs/cpu",
      metrics: { "validation/rmse": 1, "test/rmse": value },
      ...change,
    }),
  );

/** Committed rows of some code against rows of the code that is here. */
function check(tier: Tier, committed: readonly Row[], again: readonly Row[]): Reproduced[] {
  const before = summarize(benchmark, tier, "here", committed);
  const now = again.map((row) => ({ ...row, id: `${row.id}-now`, codeVersion: "here" }));
  if (!before) throw new Error("There is nothing committed.");
  return reproduction([{ committed: before, again: summarize(benchmark, tier, "here", now), rows: now }]);
}

describe("reproduction of tier smoke", () => {
  const two = base.slice(0, 2);

  it("asks for every metric to 1e-6, of either split", () => {
    expect(check("smoke", rows("smoke", two), rows("smoke", two))).toMatchObject([{ ok: true, trials: 2 }]);
    const near = two.map((value) => value + 0.9e-6);
    expect(check("smoke", rows("smoke", two), rows("smoke", near))[0]).toMatchObject({
      ok: true,
      why: "equal to 1e-6",
    });
    const far = [two[0] ?? 0, (two[1] ?? 0) + 2e-6];
    expect(check("smoke", rows("smoke", two), rows("smoke", far))[0]).toMatchObject({
      ok: false,
      why: "seed 1, test/rmse: 1.2, now 1.200002",
    });
    const other = rows("smoke", two).map((row) => ({
      ...row,
      metrics: { ...row.metrics, "validation/rmse": 2 },
    }));
    expect(check("smoke", rows("smoke", two), other)[0]?.why).toBe(
      "seed 0, validation/rmse: 1, now 2 (and 1 more)",
    );
  });

  it("is relative for large metrics, and a metric that is missing differs from one that is not", () => {
    const large = [1e6, 2e6];
    const moved = large.map((value) => value + 0.5);
    expect(check("smoke", rows("smoke", large), rows("smoke", moved))[0]?.ok).toBe(true);
    expect(check("smoke", rows("smoke", [null, 1]), rows("smoke", [null, 1]))[0]?.ok).toBe(true);
    expect(check("smoke", rows("smoke", [null, 1]), rows("smoke", [1, 1]))[0]?.ok).toBe(false);
    expect(check("smoke", rows("smoke", [1, 1]), rows("smoke", [null, 1]))[0]?.why).toContain("now none");
  });

  it("says so when a committed row ran on something that is not the same everywhere", () => {
    const onnx = { runtime: "onnx/cpu" };
    const [checked] = check("smoke", rows("smoke", [1, 1], onnx), rows("smoke", [2, 1], onnx));
    expect(checked?.why).toContain("it ran on onnx/cpu, whose numbers depend on the CPU");
  });
});

describe("reproduction of tier ci", () => {
  const jitter = (size: number) => base.map((value, seed) => value + size * Math.sin(9 * seed));

  it("accepts what a paired interval cannot tell from zero, and refuses what it can", () => {
    expect(check("ci", rows("ci", base), rows("ci", base))[0]).toMatchObject({
      ok: true,
      why: "equal to 1e-6",
    });
    const [noisy] = check("ci", rows("ci", base), rows("ci", jitter(0.02)));
    expect(noisy).toMatchObject({ ok: true, why: "no difference" });
    expect(noisy?.compared?.difference.low).toBeLessThan(0);
    const worse = jitter(0.02).map((value) => value + 0.1);
    const [moved] = check("ci", rows("ci", base), rows("ci", worse));
    expect(moved).toMatchObject({ ok: false, why: "different" });
    expect(moved?.compared?.difference.low).toBeGreaterThan(0);
  });

  it("does not call a difference of rounding a difference, however constant it is", () => {
    const rounded = base.map((value) => value + 1e-7);
    expect(check("ci", rows("ci", base), rows("ci", rounded))[0]?.ok).toBe(true);
  });

  it("accepts a row whose own metric is exactly the same, whatever another one is, with few seeds too", () => {
    for (const values of [base, base.slice(0, 3)]) {
      const other = rows("ci", values).map((row) => ({
        ...row,
        metrics: { ...row.metrics, "test/r2": 0.5 },
      }));
      const [checked] = check("ci", other, rows("ci", values));
      expect(checked).toMatchObject({ ok: true, why: "test/rmse is identical" });
    }
  });

  it("does not accept a row of which a seed has no number any more", () => {
    const diverged = [...jitter(0.02).slice(0, 5), null];
    const [checked] = check("ci", rows("ci", [...base, 1.1]), rows("ci", diverged));
    expect(checked).toMatchObject({ ok: false, why: "1 of 6 seeds has no test/rmse now: it diverged" });
    const same = check("ci", rows("ci", [...base, 1.1, 1.2]), rows("ci", [...base, null, null]));
    expect(same[0]).toMatchObject({ ok: false, why: "2 of 7 seeds have no test/rmse now: they diverged" });
    // A seed that had none before may have none again.
    const none = check("ci", rows("ci", [...base, null]), rows("ci", diverged));
    expect(none[0]).toMatchObject({ ok: true, why: "no difference" });
  });

  it("widens intervals by Holm over all rows", () => {
    const moved = base.map((value, seed) => value + 0.06 + 0.05 * Math.sin(9 * seed));
    expect(check("ci", rows("ci", base), rows("ci", moved))[0]?.ok).toBe(false);
    const others = Array.from({ length: 12 }, (_, i) => ({ method: `m${i}` }));
    const committed = [rows("ci", base), ...others.map((other) => rows("ci", base, other))].flat();
    const again = [rows("ci", moved), ...others.map((other) => rows("ci", jitter(0.02), other))].flat();
    expect(check("ci", committed, again).filter(({ ok }) => !ok)).toEqual([]);
  });

  it("does not accept a row with a trial that failed, or with too few pairs for a test", () => {
    const failed = rows("ci", base).map((row) =>
      row.seed === 3
        ? { ...row, status: "failed" as const, metrics: {}, error: "Error: no data\n at x" }
        : row,
    );
    expect(check("ci", rows("ci", base), failed)[0]).toMatchObject({
      ok: false,
      why: "1 of 5 trials failed: Error: no data",
    });
    const few = check("ci", rows("ci", base.slice(0, 3)), rows("ci", jitter(0.1).slice(0, 3)));
    expect(few[0]).toMatchObject({ ok: false, why: "differs, and has too few pairs of seeds for a test" });
    expect(check("ci", rows("ci", base), [])[0]?.ok).toBe(false);
  });
});
