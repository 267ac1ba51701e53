import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { verify } from "../src/verify/check.ts";
import { verifyRows } from "../src/verify/rows.ts";

const count = { smoke: 12, ci: 30, full: 150 };
const replicates = { smoke: 500, ci: 20_000, full: 40_000 };
const seeds = (length: number): { seeds: number[] } => ({ seeds: Array.from({ length }, (_, seed) => seed) });

/**
 * Every risk formula against simulation. A seed is a block of random problems, the same for all rows, so that rows are compared in pairs and the
 * table has intervals; from ten seeds on it has Wilcoxon tests too. The metric is the one number that means the same for every row: with
 * z = (formula - simulated mean) / standard error, the root mean square of z is 1 where a formula is exact, whatever the sizes and units.
 */
const benchmark: Benchmark = defineBenchmark({
  name: "linear-theory/verify",
  version: 1,
  title: "Do the risk formulas agree with simulation?",
  description:
    "Simulated: random regression problems with 1 to 16 features, n_0 ≥ D + 6 and one to four auxiliaries; the expected risk by formula against the mean over simulated data sets. Root mean square of z = (formula - mean) / standard error: about 1 for an exact formula, above 1 for a wrong one; an approximation rises slowly with the number of data sets. Nothing is chosen, so validation and test are the same.",
  metric: { name: "rms-z", better: "lower", unit: "standard errors" },
  baseline: "single task",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(10), full: seeds(20) },
  arms: (tier) =>
    Object.entries(verifyRows).map(([method, { kind, describe }]) => ({
      method,
      kind,
      describe,
      options: { problems: count[tier], replicates: replicates[tier] },
    })),
  run: (trial) => {
    const result = verify({
      row: trial.method,
      seed: trial.seed,
      problems: Number(trial.options["problems"]),
      replicates: Number(trial.options["replicates"]),
      progress: (fraction) => trial.progress(fraction),
    });
    return Promise.resolve({
      metrics: {
        "validation/rms-z": result.rmsZ,
        "test/rms-z": result.rmsZ,
        "test/largest-z": result.maxZ,
        "test/bias-rms-z": result.biasRmsZ,
        "test/variance-rms-z": result.varianceRmsZ,
        "test/ks": result.ks,
        "test/ks-p": result.ksP,
        "test/error-median": result.medianError,
        "test/error-95": result.error95,
        "test/error-largest": result.maxError,
        "test/simulation-error": result.simulationError,
      },
      curves: { "test/z-sorted": result.z },
      runtime: "javascript/float64",
    });
  },
});

export default benchmark;
