import { plural } from "../plural.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";

/** Decimals that show four significant digits of the largest of the values, for a whole column. */
export function decimalsFor(values: readonly number[]): number {
  const largest = Math.max(0, ...values.map(Math.abs).filter(Number.isFinite));
  return largest === 0 ? 3 : Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest))));
}

export const decimalsOf = (group: GroupSummary): number =>
  decimalsFor(group.lines.map((line) => line.center));

/** A number with a true minus sign; "–" for what is not there. */
export function number(value: number, decimals: number, sign = false): string {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(decimals);
  const zero = Number(text) === 0;
  return `${value < 0 && !zero ? "−" : sign && !zero ? "+" : ""}${text}`;
}

export function interval(
  { low, high }: { low: number; high: number },
  decimals: number,
  sign = false,
): string {
  return Number.isFinite(low) ? `[${number(low, decimals, sign)}, ${number(high, decimals, sign)}]` : "";
}

export function seconds(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value < 10) return value.toFixed(1);
  if (value < 1000) return value.toFixed(0);
  return `${(value / 60).toFixed(0)} min`;
}

export function seedsOf(line: Line): string {
  const { size } = line.values;
  return size === line.expected ? String(size) : `${size} of ${line.expected}`;
}

/** "test RMSE" style heading of the metric, with its unit and direction. */
export function metricTitle({ benchmark }: Pick<BenchmarkSummary, "benchmark">): string {
  const { name, unit, better } = benchmark.metric;
  return `test ${name}${unit ? ` (${unit})` : ""}, ${better} is better`;
}

/** Distinct tuning budgets of the arms, in words: the comparison is fair when there is one. */
export function tuningBudget({ groups }: BenchmarkSummary): string {
  const budgets = new Map<number, string[]>();
  for (const line of groups.flatMap((group) => group.lines)) {
    budgets.set(line.budget, [...new Set([...(budgets.get(line.budget) ?? []), line.method])]);
  }
  if (budgets.size === 1)
    return `Tuning budget: ${plural([...budgets.keys()][0] ?? 1, "candidate")} for every row.`;
  const parts = [...budgets].sort(([a], [b]) => b - a);
  const rest = parts
    .slice(1)
    .map(([budget, methods]) => `${plural(budget, "candidate")} for ${methods.join(", ")}`);
  return `Tuning budget: ${plural(parts[0]?.[0] ?? 1, "candidate")} for every row but ${rest.join("; ")}.`;
}

/** What a reader must know before the numbers; empty when there is nothing to warn about. */
export function warnings(summary: BenchmarkSummary): string[] {
  const { benchmark, tier, current, groups } = summary;
  const trials = groups.flatMap((group) => group.lines).flatMap((line) => line.trials);
  const found: string[] = [];
  if (tier === "smoke")
    found.push("Smoke tier: it shows that everything runs. It is too small to conclude anything.");
  if (benchmark.simulated) found.push("Simulated data: made by a generator, not measured.");
  if (!current) found.push("These trials were run with other code than the one that is here now.");
  if (trials.some((row) => row.provenance.dirty))
    found.push("Some trials were run with uncommitted changes; the commit alone does not reproduce them.");
  const failed = trials.filter((row) => row.status === "failed").length;
  if (failed > 0) found.push(`${failed} of ${trials.length} trials failed.`);
  return [...found, ...summary.unused];
}

/** How to read the verdicts; null when none is given. */
export function chanceNote(summary: BenchmarkSummary): string | null {
  const judged = summary.groups
    .flatMap((group) => group.lines)
    .filter((line) => ["better", "worse", "no difference"].includes(line.verdict ?? "")).length;
  if (judged === 0) return null;
  const expected = judged * 0.05;
  return (
    `Each difference has its own 95 % interval: of these ${judged} rows, about ${expected < 1 ? expected.toFixed(1) : Math.round(expected)} ` +
    "would be called better or worse if no method did anything."
  );
}
