import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { rows, runSchedules } from "../src/schedules/trial.ts";
import { seeds } from "../src/seeds.ts";

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
  arms: armsOf(rows, ["uniform", "single-task", "pre-train", "oracle"], {
    uniform: "baseline",
    "pre-train-noise": "control",
    oracle: "control",
  }),
  run: runSchedules,
});

export default benchmark;
