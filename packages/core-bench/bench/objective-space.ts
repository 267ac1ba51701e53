import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { rows } from "../src/objective-space/methods.ts";
import { runObjectiveSpace } from "../src/objective-space/trial.ts";
import { seeds } from "../src/seeds.ts";

const all = { "single-task": { describe: "No auxiliary objective." }, ...rows };

/** What a search over a space of auxiliary objectives is worth to the primary. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/objective-space",
  version: 1,
  title: "Twelve auxiliary objectives, five of them on another domain",
  description:
    "Simulated: a small regression with 40 noisy labels on three hidden features; objectives are an input (the labelled batch, 500 rows of its domain without labels, 500 rows of another domain with labels of another task), a transform (none, mask, swap) and an output (reconstruct, predict the label), three of the twelve legal cells drawn in a step. 400 steps of Adam on a network of three units, the step that is best on 40 validation samples; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  // Problem and network were chosen while looking at other seeds.
  tiers: { smoke: seeds(2, 100), ci: seeds(10, 100), full: seeds(50, 100) },
  arms: armsOf(all, ["uniform", "single-task", "aang"], {
    uniform: "baseline",
    "random-labels": "control",
    oracle: "control",
  }),
  run: runObjectiveSpace,
});

export default benchmark;
