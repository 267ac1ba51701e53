import type { Benchmark } from "@outrigger/bench/benchmark";
import { TOX21 } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Twelve toxicity assays of 7,823 molecules (Huang et al. 2016); one model for all of them against one for each. */
const tox21: Benchmark = datasetBenchmark(TOX21, {
  version: 1,
  description:
    "Twelve toxicity assays of 7,823 molecules, 17 % of the labels missing; 8 of the file's 7,831 rows are no valid molecules.",
  ci: false,
});

export default tox21;
