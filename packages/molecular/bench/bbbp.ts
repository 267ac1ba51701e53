import type { Benchmark } from "@outrigger/bench/benchmark";
import { BBBP } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Whether 2,039 molecules pass the blood-brain barrier (Martins et al. 2012). */
const bbbp: Benchmark = datasetBenchmark(BBBP, {
  version: 1,
  description:
    "Whether 2,039 molecules pass the blood-brain barrier; 11 of the file's 2,050 rows are no valid molecules.",
  ci: false,
});

export default bbbp;
