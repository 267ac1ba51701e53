import { type Arm, type Benchmark, defineBenchmark, type Tier } from "@outrigger/bench/benchmark";
import type { MakeAuxiliary } from "../src/agent/auxiliary.ts";
import { questions } from "../src/agent/questions.ts";
import { readoutErrors } from "../src/experiment/readout.ts";

const steps: Record<Tier, number> = { smoke: 640, ci: 200_000, full: 1_000_000 };
const seedsOf = (length: number): number[] => Array.from({ length }, (_, seed) => seed);

interface Row {
  readonly kind: "baseline" | "rule" | "control";
  readonly describe: string;
  readonly depth?: number;
  readonly conditional?: boolean;
}

const rows: Readonly<Record<string, Row>> = {
  "discounted sums": { kind: "baseline", depth: 0, describe: "depth 0: no question about actions" },
  "depth 1": { kind: "rule", depth: 1, describe: "and one fixed action before the policy" },
  "depth 2": { kind: "rule", depth: 2, describe: "and two" },
  "depth 4": { kind: "rule", depth: 4, describe: "and four" },
  "depth 8": { kind: "rule", depth: 8, describe: "and eight, as in the paper" },
  "depth 8, unconditional": {
    kind: "control",
    depth: 8,
    conditional: false,
    describe: "the questions of depth 8, asked about the policy's actions: as many outputs, no conditions",
  },
  "random torso": { kind: "control", describe: "the features stay as they were drawn" },
};

function auxiliariesOf({ depth, conditional = true }: Row): MakeAuxiliary[] {
  if (depth === undefined) return [];
  return [
    questions({
      depth,
      conditional,
      features: { patch: [9, 9] },
      hidden: 64,
    }),
  ];
}

/** Do depth and conditions on actions make better features, where the values are known exactly? */
const benchmark: Benchmark = defineBenchmark({
  name: "rl-gvf/readout-grid",
  version: 1,
  title: "9 × 9 grid: how well do features learnt from questions give the exact values?",
  description:
    "A room of our own, a uniformly random policy. 16 features (a dense layer with rectifiers on the one-hot cell) learn from questions about one random feature of transitions alone; the error of the best linear read-out of the exact values (discount 0.99) over all cells but the goal, in standard deviations of the values. The read-out is solved, so nothing is chosen, and validation and test are the same.",
  metric: { name: "value-error", better: "lower", unit: "standard deviations" },
  baseline: "discounted sums",
  source: "embedded",
  tiers: { smoke: { seeds: [0, 1] }, ci: { seeds: seedsOf(10) }, full: { seeds: seedsOf(20) } },
  arms: (tier) =>
    Object.entries(rows).map(
      ([method, { kind, describe }]): Arm => ({ method, kind, describe, options: { steps: steps[tier] } }),
    ),
  async run(trial) {
    const smoke = trial.tier === "smoke";
    const errors = await readoutErrors({
      seed: trial.seed,
      auxiliaries: auxiliariesOf(rows[trial.method]!),
      steps: Number(trial.options["steps"]),
      width: 16,
      points: smoke ? 2 : 20,
      compile: smoke ? { runtime: "tfjs", device: "cpu" } : { threads: trial.threads },
      progress: (fraction) => trial.progress(fraction),
    });
    const error = errors.at(-1)!;
    return {
      metrics: { "validation/value-error": error, "test/value-error": error },
      curves: { "test/value-error": errors },
      runtime: smoke ? "tfjs/cpu" : "onnx/cpu",
    };
  },
});

export default benchmark;
