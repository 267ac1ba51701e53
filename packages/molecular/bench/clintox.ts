import type { Benchmark } from "@outrigger/bench/benchmark";
import { CLINTOX } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Approval and failure for toxicity of 1,480 drugs (Gayvert et al. 2016). */
const clintox: Benchmark = datasetBenchmark(CLINTOX, {
  version: 1,
  description:
    "Approval, and failure for toxicity in clinical trials, of 1,480 drugs; 4 of the file's 1,484 rows are no valid molecules.",
  ci: false,
});

export default clintox;
