import { quantile } from "../statistics/bootstrap.ts";
import { holm } from "../statistics/holm.ts";
import { pairedDifferences } from "../statistics/paired.ts";
import { fewestRankedPairs, signedRank } from "../statistics/signed-rank.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "./summary.ts";

/** One row against one reference, by Wilcoxon's signed-rank test over the seeds. */
export interface Tested {
  readonly line: Line;
  readonly against: string;
  readonly pairs: number;
  /** Median of method minus reference. */
  readonly median: number;
  readonly p: number;
  /** Holm's adjusted p over all tests of the group. */
  readonly adjusted: number;
}

/** What every row is tested against, where the group has it: no auxiliary at all, and all of them alike. */
const references = ["single-task", "uniform"];

/**
 * Wilcoxon's signed-rank test of every row that is no control and has all its seeds, against single-task and against uniform. Within a benchmark the
 * unit is the seed: the tests say whether the difference would come out again with other seeds, not on other data.
 *
 * @returns an empty list in tier `smoke` and where there are fewer than ten seeds.
 */
export function significance({ tier }: BenchmarkSummary, { lines }: GroupSummary): Tested[] {
  if (tier === "smoke") return [];
  const tests = references.flatMap((against, i) => {
    const reference = lines.find(({ method }) => method === against);
    if (reference === undefined) return [];
    // Two references are tested once: the other way round it is the same test, and Holm would count it twice.
    const before = references.slice(0, i + 1);
    const others = lines.filter(
      ({ method, kind, values, expected }) =>
        !before.includes(method) && kind !== "control" && values.size === expected,
    );
    return others.flatMap((line) => {
      const differences = pairedDifferences(line.values, reference.values);
      if (differences.length < fewestRankedPairs) return [];
      const median = quantile(
        [...differences].sort((a, b) => a - b),
        0.5,
      );
      return [{ line, against, pairs: differences.length, median, p: signedRank(differences).p }];
    });
  });
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => ({ ...test, adjusted: adjusted[i] ?? 1 }));
}
