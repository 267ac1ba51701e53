import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { rows, runHeadFirst } from "../src/head-first/trial.ts";
import { seeds } from "../src/seeds.ts";

/** Whether heads that step first make the trunk find the directions that many tasks share. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/head-first",
  version: 1,
  title: "Twelve binary tasks on three directions: head-first against joint training",
  description:
    "Simulated: the setting of Collins et al. (ICML 2024). Inputs in 40 dimensions, classes by the signs along 3 of them, 150 labels of the primary and 1000 of each of 11 auxiliaries; a two-layer network of rectifiers that begins near zero, 400 steps of full-batch gradient descent with momentum and weight decay, the epoch that is best on 200 validation samples. Test accuracy of the primary on 4000 samples, and the energy of the first layer in the true directions, 0.075 by chance.",
  metric: { name: "accuracy", better: "higher" },
  // What head-first is a change of.
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  // Problem and network were chosen while looking at other seeds.
  tiers: { smoke: seeds(2, 100), ci: seeds(10, 100), full: seeds(40, 100) },
  arms: armsOf(rows, ["uniform", "single-task", "head-first", "oracle"], {
    uniform: "baseline",
    "random-labels": "control",
    oracle: "control",
  }),
  run: runHeadFirst,
});

export default benchmark;
