import { type Arm, type Benchmark, defineBenchmark, type Tier } from "@outrigger/bench/benchmark";
import { rows, runSchedules } from "../src/schedules/trial.ts";
import { seeds } from "../src/seeds.ts";

/** Enough to see that everything works. */
const SMOKE = ["uniform", "single-task", "pre-train", "oracle"];

const kinds: Readonly<Record<string, Arm["kind"]>> = {
  uniform: "baseline",
  "pre-train-noise": "control",
  oracle: "control",
};

const arms = (tier: Tier): Arm[] =>
  Object.entries(rows)
    .filter(([method]) => tier !== "smoke" || SMOKE.includes(method))
    .map(([method, { describe }]) => ({ method, kind: kinds[method] ?? "rule", options: {}, describe }));

/** Training that knows its end task against training that meets it last. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/schedules",
  version: 1,
  title: "Sixty labels: end-task aware training against pre-training and fine-tuning",
  description:
    "Simulated: the problem of core/low-data, 60 noisy labels beside auxiliaries of 1000 labels each, one with the same features, one with other features, one of noise. 600 full-batch steps in every row, jointly, in turn, or auxiliaries first; the step of the last stage that is best on 40 validation samples; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(15), full: seeds(60) },
  arms,
  run: runSchedules,
});

export default benchmark;
