import { type Benchmark, defineBenchmark, type Trial } from "@outrigger/bench/benchmark";
import { networkSureStudy, type SureStudyRow } from "../src/network/study.ts";

const count = { smoke: 4, ci: 12, full: 24 };
const replicates = { smoke: 2_000, ci: 10_000, full: 20_000 };
const seeds = (length: number): { seeds: number[] } => ({ seeds: Array.from({ length }, (_, seed) => seed) });

const rows = {
  SURE: {
    kind: "baseline",
    describe: "Stein's unbiased estimate with the exact divergence.",
    z: ({ z }: SureStudyRow) => z,
  },
  "fixed projector": {
    kind: "control",
    describe: "The same with D P̂_00 for the divergence, as if the shared layer owed nothing to the noise.",
    z: ({ fixedProjectorZ }: SureStudyRow) => fixedProjectorZ,
  },
} as const;

function measure(trial: Trial): Record<string, number> {
  const { z } = rows[trial.method as keyof typeof rows];
  const settings = Number(trial.options["settings"]);
  const found = networkSureStudy({
    count: settings,
    replicates: Number(trial.options["replicates"]),
    // Blocks of other seeds share no stream: a study takes one a setting.
    seed: 1 + trial.seed * 1_000,
  });
  const scores = found.map(z);
  const rms = Math.sqrt(scores.reduce((sum, score) => sum + score ** 2, 0) / settings);
  return {
    "validation/rms-z": rms,
    "test/rms-z": rms,
    "test/largest-z": Math.max(...scores.map(Math.abs)),
    "test/settings": settings,
  };
}

/** The unbiased risk estimate of linear networks against the loss it estimates. */
const benchmark: Benchmark = defineBenchmark({
  name: "linear-theory/network-sure",
  version: 1,
  title: "Is the risk estimate of linear networks unbiased?",
  description:
    "Simulated: random settings of exact and approximate rank, equal and unequal noise, right and wrong width. Root mean square of z = mean of (estimate - loss) / its standard error: about 1 for an unbiased estimate. Nothing is chosen, so validation and test are the same.",
  metric: { name: "rms-z", better: "lower", unit: "standard errors" },
  baseline: "SURE",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(8), full: seeds(20) },
  arms: (tier) =>
    Object.entries(rows).map(([method, { kind, describe }]) => ({
      method,
      kind,
      describe,
      options: { settings: count[tier], replicates: replicates[tier] },
    })),
  run: (trial) => Promise.resolve({ metrics: measure(trial), runtime: "javascript/float64" }),
});

export default benchmark;
