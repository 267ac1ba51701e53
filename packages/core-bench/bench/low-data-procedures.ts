import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { runLowData } from "../src/low-data/trial.ts";
import { procedures } from "../src/procedures.ts";
import { seeds } from "../src/seeds.ts";

/** The problem of `core/low-data` for procedures: methods that own the step. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/low-data-procedures",
  version: 1,
  title: "Sixty labels, one auxiliary that helps, two that distract: procedures",
  description:
    "Simulated: the problem of core/low-data (60 noisy labels, auxiliaries of 1000 labels each, one with the same features, one with other features, one of noise) for methods that own the step. Defaults, 600 full-batch steps, the step that is best on 40 validation samples; methods that need held-out data get the same 40. Squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(10), full: seeds(50) },
  arms: armsOf(procedures, ["uniform", "single-task", "auto-lambda"], {
    uniform: "baseline",
    oracle: "control",
    "random-labels": "control",
    "auto-lambda-training-split": "control",
  }),
  run: runLowData((method) => procedures[method]!.row()),
});

export default benchmark;
