import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { availability } from "../src/maxl-digits/digits.ts";
import { rows } from "../src/maxl-digits/rows.ts";
import { runMaxlDigits } from "../src/maxl-digits/trial.ts";
import { seeds } from "../src/seeds.ts";

/** MAXL where sub-classes are there to be found: pairs of handwritten digits. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/maxl-digits",
  version: 1,
  title: "Pairs of handwritten digits: does a made-up auxiliary task find what hides in them?",
  description:
    "MNIST halved to 14 × 14 pixels, five classes of two digits each (0 or 1, 2 or 3, …), 500 labelled digits for training and 500 for the choice of the epoch, the 10 000 test digits looked at once. A perceptron takes 300 steps of SGD; the auxiliary splits every class in two, by the digits, at random, or by MAXL's generator, which learns from the training batches.",
  metric: { name: "accuracy", better: "higher" },
  baseline: "single-task",
  source: "data",
  available: () => Promise.resolve(availability()),
  tiers: { smoke: seeds(2), ci: seeds(10), full: seeds(20) },
  arms: armsOf(rows, ["single-task", "human-labels", "maxl"]),
  run: runMaxlDigits,
});

export default benchmark;
