import { type Benchmark, defineBenchmark, type Trial } from "@outrigger/bench/benchmark";
import { type BoundStudyRow, networkBoundStudy } from "../src/network/study.ts";

const count = { smoke: 10, ci: 50, full: 200 };
const seeds = (length: number): { seeds: number[] } => ({ seeds: Array.from({ length }, (_, seed) => seed) });

/** What a row says the risk is, or is at most. */
const rows = {
  sharp: { kind: "baseline", describe: "The bound for exact rank.", of: ({ bounds }) => bounds.sharp },
  general: { kind: "rule", describe: "The bound for any rank.", of: ({ bounds }) => bounds.general },
  simple: {
    kind: "rule",
    describe: "The bound by Wedin's theorem alone.",
    of: ({ bounds }) => bounds.simple,
  },
  "first order": {
    kind: "control",
    describe: "The first-order risk, which is a prediction and no bound.",
    of: ({ firstOrder }) => firstOrder,
  },
} as const satisfies Record<
  string,
  { kind: "baseline" | "rule" | "control"; describe: string; of: (row: BoundStudyRow) => number }
>;

/** What one row made of one block of networks. */
function measure(trial: Trial): Record<string, number | null> {
  const { of } = rows[trial.method as keyof typeof rows];
  const networks = Number(trial.options["networks"]);
  // Blocks of other seeds share no stream: a study takes one a network.
  const found = networkBoundStudy({ count: networks, seed: 1 + trial.seed * 10_000 });
  const violated = found.filter((row) => of(row) < row.truth.mean - 3.5 * row.truth.se);
  const claims = found.filter((row) => of(row) < row.single);
  const ratios = found.map((row) => of(row) / row.truth.mean).sort((a, b) => a - b);
  const share = violated.length / networks;
  return {
    "validation/violated": share,
    "test/violated": share,
    "test/networks": networks,
    "test/certified": claims.length,
    "test/beneficial": found.filter(({ truth, single }) => truth.mean < single).length,
    "test/false-claims": claims.filter(({ truth, single }) => truth.mean >= single).length,
    "test/smallest-ratio": ratios[0]!,
    "test/median-ratio": Number.isFinite(ratios[networks >> 1]!) ? ratios[networks >> 1]! : null,
  };
}

/** The bounds of linear networks against simulation: does each hold in every random network, and is what it certifies true? */
const benchmark: Benchmark = defineBenchmark({
  name: "linear-theory/network-bound",
  version: 1,
  title: "Do the bounds of linear networks hold, and are their certificates true?",
  description:
    "Simulated: random linear networks of exact rank with 5 to 40 features and 3 to 8 tasks, 1,000 draws each. The share of networks whose simulated risk lies more than 3.5 standard errors above what the row says: 0 for a bound. Nothing is chosen, so validation and test are the same.",
  metric: { name: "violated", better: "lower", unit: "share of networks" },
  baseline: "sharp",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(8), full: seeds(20) },
  arms: (tier) =>
    Object.entries(rows).map(([method, { kind, describe }]) => ({
      method,
      kind,
      describe,
      options: { networks: count[tier] },
    })),
  run: (trial) => Promise.resolve({ metrics: measure(trial), runtime: "javascript/float64" }),
});

export default benchmark;
