import type { Benchmark } from "../../src/benchmark.ts";
import type { Row } from "../../src/results/row.ts";
import { type BenchmarkSummary, summarize } from "../../src/results/summary.ts";
import { toyRow } from "../rows.ts";

/** How much better a method is than the single task, in per cent; the k-th benchmark adds k to it. */
const gainOf: Readonly<Record<string, number>> = {
  "single-task": 0,
  uniform: 4,
  static: 6,
  pcgrad: 6.5,
  random: -8,
};

const wave = (a: number, b: number): number => Math.sin(12.9898 * a + 78.233 * b) * 0.05;

/** A trial of a made-up benchmark, with curves of learning and of weights. */
function trial(benchmark: string, k: number, method: string, seed: number, change: Partial<Row>): Row {
  const base = 1 + wave(seed, k);
  const test =
    base *
    (1 -
      ((gainOf[method] ?? 0) + (method === "single-task" ? 0 : k * Number(method !== "random"))) / 100 +
      wave(seed, method.length) / 3);
  const metrics = { "validation/rmse": test * 1.02, "test/rmse": test };
  const { provenance } = toyRow();
  return toyRow({
    id: `${benchmark}-${method}-${seed}`,
    benchmark,
    group: "",
    method,
    seed,
    tier: "ci",
    kind: method === "single-task" ? "baseline" : method === "random" ? "control" : "rule",
    metrics,
    curves: {
      "validation/rmse": [2, 1.5, 1.2, 1.1, test].map((value, i) => value + wave(seed, i)),
      ...(method === "single-task"
        ? {}
        : {
            "weight/logP": [1, 0.8, 0.5, 0.3, 0.2].map((w, i) => w + wave(seed, i)),
            "weight/tpsa": [1, 1.1, 1.2, 1.3, 1.4],
          }),
    },
    runtime: "none",
    provenance: { ...provenance, seconds: method === "single-task" ? 10 : 8 + method.length ** 2 },
    ...change,
  });
}

/** Summaries of so many benchmarks of the domain "toy", all with the same methods and seeds. */
export function problems(
  template: Benchmark,
  {
    count = 5,
    seeds = 12,
    change = () => ({}),
  }: {
    count?: number;
    seeds?: number;
    change?: (method: string, seed: number, k: number) => Partial<Row>;
  } = {},
): BenchmarkSummary[] {
  return Array.from({ length: count }, (_, k) => {
    const name = `toy/p${k}`;
    const arms = Object.keys(gainOf).map((method) => ({ method, kind: "rule" as const, options: {} }));
    const list = Array.from({ length: seeds }, (_, seed) => seed);
    const benchmark: Benchmark = { ...template, name, arms: () => arms, tiers: { ci: { seeds: list } } };
    const rows = arms.flatMap(({ method }) =>
      list.map((seed) => trial(name, k, method, seed, change(method, seed, k))),
    );
    return summarize(benchmark, "ci", "c0de", rows)!;
  });
}
