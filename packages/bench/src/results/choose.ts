import type { Benchmark, Options } from "../benchmark.ts";
import { canonical } from "../run/hash.ts";
import { mean } from "../statistics/interquartile-mean.ts";
import type { Row } from "./row.ts";

type Metric = Benchmark["metric"];

/** A tuning trial as choice may see it: its validation metrics and nothing else. */
export interface Sealed {
  readonly index: number;
  readonly seed: number;
  readonly options: Options;
  readonly validation: Readonly<Record<string, number | null>>;
}

/** Takes away everything but "validation/…", so that no code that chooses can look at test, by mistake or otherwise. */
export function sealed(row: Row): Sealed {
  const validation = Object.entries(row.metrics).filter(([key]) => key.startsWith("validation/"));
  return {
    index: row.candidate?.index ?? 0,
    seed: row.seed,
    options: row.options,
    validation: Object.fromEntries(validation),
  };
}

/** A candidate after its tuning trials. */
export interface Judged {
  readonly index: number;
  readonly options: Options;
  readonly seeds: number;
  /** Mean validation metric over its seeds. */
  readonly validation: number;
}

/**
 * The candidates from best to worst: those with more seeds first, for halving gives more to those that were better so far, then by the
 * mean validation metric, then the earlier one. A candidate with a seed that failed or diverged is left out.
 *
 * @param trials tuning trials, failed ones too: theirs have no metric.
 */
export function judge(trials: readonly Sealed[], { name, better }: Metric): Judged[] {
  const byOptions = new Map<string, Sealed[]>();
  for (const trial of trials) {
    const key = canonical(trial.options);
    byOptions.set(key, [...(byOptions.get(key) ?? []), trial]);
  }
  const judged = [...byOptions.values()].flatMap((own): Judged[] => {
    const bySeed = new Map(own.map((trial) => [trial.seed, trial.validation[`validation/${name}`] ?? null]));
    const values = [...bySeed.values()];
    if (values.includes(null)) return [];
    const { index = 0, options = {} } = own[0] ?? {};
    return [{ index, options, seeds: values.length, validation: mean(values as number[]) }];
  });
  const cost = ({ validation }: Judged) => (better === "lower" ? validation : -validation);
  return judged.sort((a, b) => b.seeds - a.seeds || cost(a) - cost(b) || a.index - b.index);
}

/**
 * The rows that an arm's place in the table rests on: one a seed, all with the options that validation chose. The chosen tuning trial
 * is the first seed's row. Runner and table both ask here, so they cannot disagree.
 */
export function scored(rows: readonly Row[], metric: Metric): Row[] {
  const tuning = rows.filter((row) => row.purpose === "tune");
  if (tuning.length === 0) return [...rows];
  const [chosen] = judge(tuning.map(sealed), metric);
  if (!chosen) return [];
  const key = canonical(chosen.options);
  return rows.filter((row) => canonical(row.options) === key);
}
