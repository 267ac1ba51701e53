import type { Benchmark } from "@outrigger/bench/benchmark";
import { SIDER } from "../src/data/sources.ts";
import { datasetBenchmark } from "../src/experiment/benchmark.ts";

/** Side effects of 1,427 marketed drugs in 27 organ classes (Kuhn et al. 2016). */
const sider: Benchmark = datasetBenchmark(SIDER, {
  version: 1,
  description: "Side effects of 1,427 marketed drugs in 27 organ classes.",
  ci: false,
});

export default sider;
