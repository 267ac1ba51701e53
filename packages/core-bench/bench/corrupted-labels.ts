import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { methods } from "../src/corrupted-labels/methods.ts";
import { runCorruptedLabels } from "../src/corrupted-labels/trial.ts";
import { seeds } from "../src/seeds.ts";

/** Two labels of five are wrong, in an auxiliary that helps: what a weight a sample can do that a weight a task cannot. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/corrupted-labels",
  version: 1,
  title: "An auxiliary that helps, two labels of five wrong",
  description:
    "Simulated: a small regression with 60 noisy labels beside an auxiliary of 1000 labels with the same features, 400 of which are replaced by noise. Every method with its defaults, 600 full-batch steps, the step that is best on 40 validation samples, from which methods that look ahead learn too; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  // Not single-task: what to beat is weighing all alike, and both ends of the scale are differences to it.
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  // Problem and network were chosen while looking at other seeds.
  tiers: { smoke: seeds(2, 100), ci: seeds(20, 100), full: seeds(50, 100) },
  arms: armsOf(methods, ["uniform", "aux-ts", "oracle"], {
    uniform: "baseline",
    shuffled: "control",
    oracle: "control",
  }),
  run: runCorruptedLabels,
});

export default benchmark;
