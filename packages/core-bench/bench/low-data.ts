import { type Benchmark, defineBenchmark } from "@outrigger/bench/benchmark";
import { armsOf } from "../src/arms.ts";
import { runLowData } from "../src/low-data/trial.ts";
import { rules } from "../src/rules.ts";
import { seeds } from "../src/seeds.ts";

function describe(method: string): string {
  if (method === "oracle") return "Knows which auxiliary helps and uses that one alone; no rule.";
  const { paper, name } = rules[method]!();
  return paper === null ? `The rule ${name}.` : `${paper.title} (${paper.venue} ${paper.year}).`;
}

const described = Object.fromEntries(
  Object.keys(rules).map((method) => [method, { describe: describe(method) }]),
);

/** The smallest experiment that tells the rules apart: 60 labels, one auxiliary that helps and two that distract. */
const benchmark: Benchmark = defineBenchmark({
  name: "core/low-data",
  version: 1,
  title: "Sixty labels, one auxiliary that helps, two that distract",
  description:
    "Simulated: a small regression with 60 noisy labels beside auxiliaries of 1000 labels each, one with the same features, one with other features, one of noise. Every rule with its defaults, 600 full-batch steps, the step that is best on 40 validation samples; squared error to the truth on 2000 test samples, where predicting the mean has 1.",
  metric: { name: "mse", better: "lower" },
  // Not single-task: what to beat is weighing all alike, and both ends of the scale are differences to it.
  baseline: "uniform",
  source: "embedded",
  simulated: true,
  tiers: { smoke: seeds(2), ci: seeds(30), full: seeds(100) },
  arms: armsOf(described, ["uniform", "single-task", "oracle", "arml"], {
    uniform: "baseline",
    oracle: "control",
  }),
  run: runLowData((method) => ({ method: rules[method]!() })),
});

export default benchmark;
