import type { Benchmark } from "@outrigger/bench/benchmark";
import { FREESOLV } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Free energy of hydration of 642 molecules (Mobley and Guthrie 2014). */
const freesolv: Benchmark = datasetBenchmark(FREESOLV, {
  version: 1,
  description: "Free energy of hydration of 642 small molecules, measured.",
  ci: true,
});

export default freesolv;
