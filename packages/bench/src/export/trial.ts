import type { Benchmark } from "../benchmark.ts";
import { scored } from "../results/choose.ts";
import type { Row } from "../results/row.ts";

/** A row as other programs get it. */
export interface ExportedTrial {
  readonly row: Row;
  /** Whether a table rests on it; a tuning trial that was not chosen does not. */
  readonly counts: boolean;
  /** Without the test metrics of trials that do not count: they have no use but to choose by. */
  readonly metrics: Row["metrics"];
}

/** Decides which rows count, as the table does, among the rows of the same benchmark, tier, version, code and method. */
export function exportedTrials(rows: readonly Row[], benchmarks: readonly Benchmark[]): ExportedTrial[] {
  const sets = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([
      row.benchmark,
      row.version,
      row.codeVersion,
      row.tier,
      row.group,
      row.method,
    ]);
    sets.set(key, [...(sets.get(key) ?? []), row]);
  }
  return [...sets.values()].flatMap((set) => {
    const metric = benchmarks.find(({ name }) => name === set[0]?.benchmark)?.metric;
    const kept = new Set(metric ? scored(set, metric) : set);
    return set.map((row): ExportedTrial => {
      const counts = row.status === "done" && kept.has(row);
      const open = Object.entries(row.metrics).filter(([key]) => counts || !key.startsWith("test/"));
      return { row, counts, metrics: Object.fromEntries(open) };
    });
  });
}
