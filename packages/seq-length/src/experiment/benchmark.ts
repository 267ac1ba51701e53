import { type Benchmark, defineBenchmark, type Trial } from "@outrigger/bench/benchmark";
import type { Problem } from "./problem.ts";
import { rowsOfTier } from "./rows.ts";
import { runLengths } from "./trial.ts";

const seeds = (count: number): { seeds: number[] } => ({
  seeds: Array.from({ length: count }, (_, i) => 100 + i),
});

/** A benchmark of length generalization: short training, long tests, rows by position encoding and auxiliary. */
export const lengthBenchmark = (given: {
  readonly name: string;
  readonly title: string;
  /** What is to be done, for the description. */
  readonly does: string;
  readonly problem: (symbols: number) => Problem;
}): Benchmark =>
  defineBenchmark({
    name: given.name,
    version: 1,
    title: given.title,
    description: `Simulated: ${given.does} A small decoder is trained at short lengths (tier ci: 2 to 10) and tested at three times the longest (30) and at others up to the longest that restrictions come from (50). Exact match: the whole answer and its end are right, on fresh sequences. All rows read the same number of tokens (so rows with shorter examples make more steps), have the same test sequences, and start from the same parameters within a table; nothing is selected, the last parameters are tested. Validation: other sequences of the same lengths. The learning rate was chosen while looking at seeds 0 to 2; measured are seeds from 100 on. Restrictions reveal long-range position ids and the sparse support, though no training sequence is long.`,
    metric: { name: "exact-match@3x", better: "higher", unit: "share of sequences" },
    baseline: "none",
    source: "embedded",
    simulated: true,
    tiers: { smoke: seeds(2), ci: seeds(5), full: seeds(20) },
    arms: rowsOfTier,
    run: (trial: Trial) => runLengths(given.problem(Number(trial.options["symbols"])), trial),
  });
