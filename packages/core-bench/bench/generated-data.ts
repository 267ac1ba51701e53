import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { rows } from "../src/generated-data/methods.ts";
import { runGeneratedData } from "../src/generated-data/trial.ts";
import { seeds } from "../src/seeds.ts";

/** Whether samples that nobody collected help the primary. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/generated-data",
  version: 1,
  title: "Sixty labels, and auxiliary samples that a generator makes of them",
  description:
    "Simulated: the regression of core/low-data with its 60 noisy labels. No row but uniform sees a collected auxiliary: samples and their labels are made of pairs of labelled ones, by a generator that learns (dtg-auxl), by one that does not (random-generator), or as mixtures (mixup), and are taught to a head of their own. 600 full-batch steps of Adam, the step that is best on 40 validation samples; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  baseline: "single-task",
  source: "embedded",
  simulated: true,
  // Problem and network were chosen while looking at other seeds.
  tiers: { smoke: seeds(2, 100), ci: seeds(10, 100), full: seeds(50, 100) },
  arms: armsOf(rows, ["single-task", "dtg-auxl", "mixup"], {
    "single-task": "baseline",
    "random-labels": "control",
    "random-generator": "control",
    mixup: "control",
  }),
  run: runGeneratedData,
});

export default benchmark;
