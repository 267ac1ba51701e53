import type { Benchmark } from "@outrigger/bench/benchmark";
import { LIPOPHILICITY } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Octanol/water distribution coefficient of 4,200 molecules (AstraZeneca deposit in ChEMBL). */
const lipophilicity: Benchmark = datasetBenchmark(LIPOPHILICITY, {
  version: 1,
  description: "Octanol/water distribution coefficient at pH 7.4 of 4,200 molecules.",
  ci: false,
});

export default lipophilicity;
