import type { Benchmark } from "@outrigger/bench/benchmark";
import { ESOL, FREESOLV, LIPOPHILICITY } from "../src/data/sources.ts";
import { fewLabelsBenchmark } from "../src/experiment/benchmark.ts";

/** What auxiliary tasks are worth where few molecules were measured: three regressions. */
const lowLabel: Benchmark = fewLabelsBenchmark({
  name: "molecular/low-label",
  version: 1,
  title: "Few labels: solubility, hydration and lipophilicity from 50 to 500 molecules",
  sources: [ESOL, FREESOLV, LIPOPHILICITY],
  ci: [ESOL.name],
});

export default lowLabel;
