import type { Benchmark, Options } from "../benchmark.ts";
import { canonical } from "../run/hash.ts";
import type { Row } from "./row.ts";

type Metric = Benchmark["metric"];

/** A tuning trial as choice may see it: its validation metrics and nothing else. */
export interface Sealed {
  readonly index: number;
  readonly options: Options;
  readonly validation: Readonly<Record<string, number | null>>;
}

/** Takes away everything but "validation/…", so that no code that chooses can look at test, by mistake or otherwise. */
export function sealed(row: Row): Sealed {
  const validation = Object.entries(row.metrics).filter(([key]) => key.startsWith("validation/"));
  return {
    index: row.candidate?.index ?? 0,
    options: row.options,
    validation: Object.fromEntries(validation),
  };
}

/** The candidate with the best validation metric; the earlier one of two equals. null when none has a value. */
export function choose(trials: readonly Sealed[], { name, better }: Metric): Sealed | null {
  let best: Sealed | null = null;
  let bestValue = Number.POSITIVE_INFINITY;
  for (const trial of [...trials].sort((a, b) => a.index - b.index)) {
    const value = trial.validation[`validation/${name}`] ?? null;
    if (value === null) continue;
    const cost = better === "lower" ? value : -value;
    if (cost < bestValue) {
      best = trial;
      bestValue = cost;
    }
  }
  return best;
}

/**
 * The rows that an arm's place in the table rests on: one a seed, all with the options that validation chose. The chosen tuning trial
 * is the first seed's row. Runner and table both ask here, so they cannot disagree.
 */
export function scored(rows: readonly Row[], metric: Metric): Row[] {
  const tuning = rows.filter((row) => row.purpose === "tune");
  if (tuning.length === 0) return [...rows];
  const chosen = choose(tuning.filter((row) => row.status === "done").map(sealed), metric);
  if (chosen === null) return [];
  const key = canonical(chosen.options);
  return rows.filter((row) => canonical(row.options) === key);
}
