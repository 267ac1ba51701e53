import type { Benchmark } from "@outrigger/bench/benchmark";
import { ESOL } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Solubility in water of 1,128 molecules (Delaney 2004). */
const esol: Benchmark = datasetBenchmark(ESOL, {
  version: 2,
  description: "Solubility in water of 1,128 molecules (902 / 113 / 113).",
  ci: true,
});

export default esol;
