import type { Benchmark } from "@outrigger/bench/benchmark";
import { lengthBenchmark } from "../src/experiment/benchmark.ts";
import { reverseProblem } from "../src/experiment/problem.ts";

/** Reversal: without auxiliaries, rotary positions fail right beyond the training length. */
const reverse: Benchmark = lengthBenchmark({
  name: "seq-length/reverse",
  title: "Reversal: does training on short sequences hold at three times the length?",
  does: "distinct items are to be given back from the last to the first.",
  problem: reverseProblem,
});

export default reverse;
