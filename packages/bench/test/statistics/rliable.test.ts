import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "../../src/statistics/bootstrap.ts";
import { probabilityOfImprovement } from "../../src/statistics/improvement.ts";
import { interquartileMean, mean } from "../../src/statistics/interquartile-mean.ts";
import { optimalityGap } from "../../src/statistics/optimality-gap.ts";
import { shareAbove } from "../../src/statistics/performance-profile.ts";

/** Scores by run and task, as rliable lays them out, with what it makes of them. */
interface Case {
  readonly x: number[][];
  readonly y: number[][];
  readonly metricsX: Record<"mean" | "iqm" | "optimalityGap", number>;
  readonly metricsY: Record<"mean" | "iqm" | "optimalityGap", number>;
  readonly probImprovementXY: number;
  readonly taus: number[];
  readonly scoreDistX: number[];
  readonly avgScoreDistX: number[];
}

interface Golden {
  readonly cases: Case[];
  readonly bootstrapCase: { readonly case: number; readonly iqmCI: number[]; readonly meanCI: number[] };
}

const path = join(process.env.OUTRIGGER_DATA ?? "", "rl/rliable_golden.json");
const missing = process.env.OUTRIGGER_DATA === undefined || !existsSync(path);

/** One list a benchmark. */
const byTask = (runs: readonly (readonly number[])[]): number[][] =>
  (runs[0] ?? []).map((_, task) => runs.map((run) => run[task] ?? Number.NaN));

describe.skipIf(missing)(
  `the numbers of google-research/rliable${missing ? " (skipped: set OUTRIGGER_DATA to a folder with rl/rliable_golden.json)" : ""}`,
  () => {
    const golden = missing ? null : (JSON.parse(readFileSync(path, "utf8")) as Golden);
    const cases = golden?.cases ?? [];

    it("are there", () => expect(cases).toHaveLength(5));

    it("stratified bootstrap: 100,000 resamples of ours against 200,000 of rliable's", () => {
      const { case: index, iqmCI, meanCI } = golden?.bootstrapCase ?? { case: 0, iqmCI: [], meanCI: [] };
      const strata = byTask(cases[index]?.x ?? []);
      const wanted = [iqmCI, meanCI];
      const statistics = [interquartileMean, mean];
      statistics.forEach((of, i) => {
        const statistic = (resampled: readonly (readonly number[])[]) => of(resampled.flat());
        const { low, high } = bootstrapInterval(strata, { statistic, resamples: 100_000 });
        expect(Math.abs(low - (wanted[i]?.[0] ?? Number.NaN))).toBeLessThan(0.005);
        expect(Math.abs(high - (wanted[i]?.[1] ?? Number.NaN))).toBeLessThan(0.005);
      });
      // Without the strata the interval of the IQM is another one: the file's tolerance can tell them apart.
      const pooled = bootstrapInterval([strata.flat()], { resamples: 100_000 });
      const away = Math.abs(pooled.low - (iqmCI[0] ?? 0)) + Math.abs(pooled.high - (iqmCI[1] ?? 0));
      expect(away).toBeGreaterThan(0.01);
    });

    it("mean, IQM and optimality gap", () => {
      for (const { x, y, metricsX, metricsY } of cases) {
        for (const [runs, metrics] of [
          [x, metricsX],
          [y, metricsY],
        ] as const) {
          const strata = byTask(runs);
          expect(mean(strata.map(mean))).toBeCloseTo(metrics.mean, 12);
          expect(interquartileMean(strata.flat())).toBeCloseTo(metrics.iqm, 12);
          expect(optimalityGap(strata)).toBeCloseTo(metrics.optimalityGap, 12);
        }
      }
    });

    it("probability of improvement", () => {
      for (const { x, y, probImprovementXY } of cases)
        expect(probabilityOfImprovement(byTask(x), byTask(y), "higher")).toBeCloseTo(probImprovementXY, 12);
    });

    it("performance profiles of runs and of means", () => {
      for (const { x, taus, scoreDistX, avgScoreDistX } of cases) {
        const strata = byTask(x);
        taus.forEach((tau, i) => {
          expect(shareAbove(strata, tau)).toBeCloseTo(scoreDistX[i] ?? Number.NaN, 12);
          expect(shareAbove(strata, tau, "means")).toBeCloseTo(avgScoreDistX[i] ?? Number.NaN, 12);
        });
      }
    });
  },
);
