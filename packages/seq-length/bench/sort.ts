import type { Benchmark } from "@outrigger/bench/benchmark";
import { lengthBenchmark } from "../src/experiment/benchmark.ts";
import { sortProblem } from "../src/experiment/problem.ts";

/** Sorting: needs no positions, so that a decoder without them extrapolates by itself. */
const sort: Benchmark = lengthBenchmark({
  name: "seq-length/sort",
  title: "Sorting: does training on short sequences hold at three times the length?",
  does: "distinct items are to be given back in ascending order.",
  problem: sortProblem,
});

export default sort;
