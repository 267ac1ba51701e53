import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { rows } from "../src/conflicting-tasks/rows.ts";
import { runConflictingTasks } from "../src/conflicting-tasks/trial.ts";
import { seeds } from "../src/seeds.ts";

/** Whether a policy finds out which layer to share, where one must be shared and the other must not. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/conflicting-tasks",
  version: 1,
  title: "Two tasks that share low-level features and need opposite ones above",
  description:
    "Simulated: a regression with 100 noisy labels and an auxiliary with 1000 that are twice as large, both made of the same four directions of the input, each with two features of its own above them, at right angles to the other's. The network has room for one task above the shared directions: 30 → 8 → 2 tanh units, of which the upper two are too few. Uniform weights and every policy at its defaults, 800 steps, the epoch that is best on 60 validation samples; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  // Problem and network were chosen while looking at other seeds.
  tiers: { smoke: seeds(2, 100), ci: seeds(10, 100), full: seeds(50, 100) },
  arms: armsOf(rows, ["uniform", "single-task", "oracle", "taps"]),
  run: runConflictingTasks,
});

export default benchmark;
