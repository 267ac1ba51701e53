import { type Tier, tiers } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { ruled, type Side } from "../report/columns.ts";
import { decimalsFor, interval, metricTitle, number } from "../report/format.ts";
import { type Compared, type Comparison, compare, type Sides } from "../results/compare.ts";
import type { Row } from "../results/row.ts";
import { type BenchmarkSummary, summarize } from "../results/summary.ts";
import type { Found } from "../run/discover.ts";
import type { ResultSet } from "./result-set.ts";

/**
 * Compares two sets of results over the benchmarks that are given.
 *
 * @throws BenchError "nothing-to-run" when the sets have no benchmark and tier in common.
 */
export function compareSets(
  a: ResultSet,
  b: ResultSet,
  found: readonly Found[],
  tier: Tier | undefined,
): Comparison[] {
  const sides = found.flatMap((entry) =>
    (tier ? [tier] : tiers).map(
      (each): Sides => ({ a: summaryOf(entry, each, a.rows), b: summaryOf(entry, each, b.rows) }),
    ),
  );
  const compared = compare(sides);
  if (compared.length > 0) return compared;
  const has = (pick: (sides: Sides) => BenchmarkSummary | null) =>
    sides.flatMap((side) => pick(side) ?? []).map((summary) => `${summary.benchmark.name} (${summary.tier})`);
  throw new BenchError(
    "nothing-to-run",
    `Nothing to compare: A (${a.title}) has ${has((s) => s.a).join(", ") || "nothing that was asked for"}, B (${b.title}) has ${has((s) => s.b).join(", ") || "nothing that was asked for"}.`,
  );
}

/** The table of a set, of the newest version of the benchmark that it has rows of. */
function summaryOf(
  { benchmark, codeVersion }: Found,
  tier: Tier,
  rows: readonly Row[],
): BenchmarkSummary | null {
  const versions = rows
    .filter((row) => row.benchmark === benchmark.name && row.tier === tier)
    .map((row) => row.version);
  if (versions.length === 0 || !benchmark.tiers[tier]) return null;
  return summarize({ ...benchmark, version: Math.max(...versions) }, tier, codeVersion, rows);
}

const sides: readonly Side[] = ["left", "right", "right", "right", "right", "right", "left"];

/** A comparison for a terminal. */
export function describeComparison({ benchmark, tier, rows, notes }: Comparison): string {
  const decimals = decimalsFor(rows.flatMap((row) => [row.a.center, row.b.center]));
  const heading = ["row", "IQM of A", "IQM of B", "pairs", "B − A [interval]", "p (Holm)", ""];
  const cells = ({ group, method, a, b, difference, p, change }: Compared): string[] => [
    `${group} ${method}`.trim(),
    number(a.center, decimals),
    number(b.center, decimals),
    String(difference.pairs),
    `${number(difference.mean, decimals, true)} ${interval(difference, decimals, true)}`.trim(),
    p === null ? "–" : p < 0.0001 ? "<0.0001" : p.toFixed(4),
    change,
  ];
  const title = `${benchmark.name}  ${metricTitle({ benchmark })}, tier ${tier}`;
  return [title, "", ruled(heading, rows.map(cells), sides), "", ...notes].join("\n").trimEnd();
}

/** How many rows changed, in one sentence. */
export function verdictOf(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) => comparison.rows);
  const tested = rows.filter((row) => row.p !== null);
  const counts = (["better", "worse", "no difference", "identical", "not tested"] as const)
    .map((change) => [change, rows.filter((row) => row.change === change).length] as const)
    .filter(([, count]) => count > 0)
    .map(([change, count]) => `${count} ${change}`);
  const rule =
    tested.length === 0
      ? "No row has the five pairs that a test needs."
      : `Paired t test by seed, Holm's adjustment over ${tested.length} rows, 5 %; a row's interval leaves out zero where the test rejects.`;
  return `${rows.length} rows: ${counts.join(", ")}. ${rule}`;
}
