import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";

/** The rows to show where not all can be: the baseline and the single task, then the best; in the order of the table. */
export function prominent({ benchmark }: BenchmarkSummary, { lines }: GroupSummary, most: number): Line[] {
  const { baseline, metric } = benchmark;
  const cost = ({ center }: Line): number =>
    Number.isFinite(center) ? (metric.better === "lower" ? center : -center) : Number.MAX_VALUE;
  const first = lines.filter(({ method }) => method === baseline || method === "single-task");
  const rest = lines.filter((line) => !first.includes(line)).sort((a, b) => cost(a) - cost(b));
  const chosen = new Set([...first, ...rest].slice(0, most));
  return lines.filter((line) => chosen.has(line));
}
