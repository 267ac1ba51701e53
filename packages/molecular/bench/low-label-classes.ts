import type { Benchmark } from "@outrigger/bench/benchmark";
import { BACE, BBBP, TOX21 } from "../src/data/sources.ts";
import { fewLabelsBenchmark } from "../src/experiment/benchmark.ts";

/** What auxiliary tasks are worth where few molecules were measured: three classifications. */
const lowLabelClasses: Benchmark = fewLabelsBenchmark({
  name: "molecular/low-label-classes",
  version: 1,
  title: "Few labels: BACE, BBBP and Tox21 from 50 to 500 molecules",
  sources: [BACE, BBBP, TOX21],
  ci: [BACE.name],
});

export default lowLabelClasses;
