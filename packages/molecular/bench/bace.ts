import type { Benchmark } from "@outrigger/bench/benchmark";
import { BACE } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Whether 1,513 molecules inhibit human beta-secretase 1 (Subramanian et al. 2016). */
const bace: Benchmark = datasetBenchmark(BACE, {
  version: 1,
  description: "Whether 1,513 molecules inhibit human beta-secretase 1.",
  ci: true,
});

export default bace;
