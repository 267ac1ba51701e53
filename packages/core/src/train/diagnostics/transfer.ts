import { OutriggerError } from "../../error.ts";
import { studentBound } from "../../solve/student-t.ts";
import type { EpochRecord } from "../history.ts";
import type { Metric } from "../metric.ts";
import type { TransferRecord } from "./record.ts";

/** A run of the primary alone: what `fit` returned, or its best validation metric, when nothing else is left of it. */
export type SingleTaskRun = { readonly history: readonly EpochRecord[] } | number;

export interface Selection extends Pick<Metric, "name" | "better"> {
  /** The primary. */
  readonly task: string;
}

/** Epochs in a row that make a warning, before the run's end. Ours: fewer would warn of one unlucky stretch. */
const STAYS = 5;

type Curve = readonly number[];

const pickOf = (better: Metric["better"]): ((a: number, b: number) => number) =>
  better === "lower" ? Math.min : Math.max;

/** The best of every epoch and those before it. */
function bestSoFar(values: readonly number[], better: Metric["better"]): Curve {
  const pick = pickOf(better);
  let best = values[0]!;
  return values.map((value) => {
    best = pick(best, value);
    return best;
  });
}

const valueOf = (record: EpochRecord, { task, name }: Selection): number =>
  record.validation[task]?.[name] ?? Number.NaN;

/** The same of a run that was given. */
function givenValue(record: EpochRecord, selection: Selection, which: number): number {
  const value = valueOf(record, selection);
  if (Number.isFinite(value)) return value;
  const { task, name } = selection;
  const what = `diagnostics.compareWith[${which}] has no validation ${name} of "${task}" in epoch ${record.epoch}`;
  throw new OutriggerError(
    "bad-option",
    `${what}. Give runs of the same primary, on the same validation data.`,
    {
      task,
      metric: name,
    },
  );
}

function curveOf(run: SingleTaskRun, selection: Selection, which: number): Curve {
  const values =
    typeof run === "number" ? [run] : run.history.map((record) => givenValue(record, selection, which));
  if (values.length > 0 && values.every(Number.isFinite)) return bestSoFar(values, selection.better);
  const what = typeof run === "number" ? `is ${run}` : "has an empty history";
  throw new OutriggerError("bad-option", `diagnostics.compareWith[${which}] ${what}: give finished runs.`, {
    which,
  });
}

const four = (value: number): string => value.toPrecision(4);

/**
 * Compares a run with runs of the primary alone, epoch by epoch, and warns of negative transfer once.
 *
 * What is compared is the best validation metric so far, at the same epoch; a single-task run that stopped earlier counts with its best.
 * With S ≥ 2 single-task runs (seeds) of mean m and standard deviation s, one more of them would lie within m ± t s √(1 + 1/S) 19 times out of
 * 20, t the 97.5 % point of Student's t with S − 1 degrees of freedom, if they are roughly normal: that is the noise. A run beyond it on the bad
 * side is worse. With S = 1 the noise is unknown: every run that is worse at all counts, and the message says so.
 *
 * A run that is worse in five epochs in a row, or in its last, is warned of.
 */
export class Comparison {
  readonly #selection: Selection;
  readonly #curves: readonly Curve[];
  /** Numbers alone tell nothing about earlier epochs. */
  readonly #epochs: boolean;
  #best: number | undefined;
  #worse = 0;
  #warned = false;

  /** @throws OutriggerError "bad-option" for no run, and for one without the primary's metric. */
  constructor(runs: readonly SingleTaskRun[], selection: Selection) {
    if (runs.length === 0) {
      const what = "diagnostics.compareWith is empty: give at least one run of the primary alone.";
      throw new OutriggerError("bad-option", what);
    }
    this.#selection = selection;
    this.#curves = runs.map((run, which) => curveOf(run, selection, which));
    this.#epochs = runs.every((run) => typeof run !== "number");
  }

  /** Takes note of epochs that are over: a warning that was given is not given again. */
  resume(history: readonly EpochRecord[]): void {
    for (const record of history) this.epoch(record, false);
  }

  /**
   * The next epoch.
   *
   * @param last whether the run ends with it
   * @returns null where there is nothing to compare with yet
   */
  epoch(record: EpochRecord, last: boolean): TransferRecord | null {
    const { step, epoch } = record;
    const { name, better } = this.#selection;
    const now = valueOf(record, this.#selection);
    const value = pickOf(better)(this.#best ?? now, now);
    this.#best = value;
    if (!this.#epochs && !last) return null;
    const at = this.#curves.map((curve) => curve[Math.min(epoch, curve.length - 1)]!);
    const runs = at.length;
    const singleTask = at.reduce((a, b) => a + b, 0) / runs;
    const variance = at.reduce((a, b) => a + (b - singleTask) ** 2, 0) / (runs - 1);
    const noise = runs > 1 ? studentBound(0.95, runs - 1) * Math.sqrt(variance * (1 + 1 / runs)) : null;
    const excess = better === "lower" ? value - singleTask : singleTask - value;
    const worse = excess > (noise ?? 0);
    this.#worse = worse ? this.#worse + 1 : 0;
    const found = { step, epoch, metric: name, value, singleTask, runs, noise, excess, worse };
    return { kind: "transfer", ...found, message: this.#message(found, last) };
  }

  #message(found: Omit<TransferRecord, "kind" | "message">, last: boolean): string | null {
    const { metric, value, singleTask, noise, runs, epoch, worse } = found;
    const when = last ? "at the run's end" : `after epoch ${epoch + 1}`;
    const own = `the best validation ${metric} ${when} is ${four(value)}`;
    if (!this.#warned && (this.#worse >= STAYS || (last && worse))) {
      this.#warned = true;
      const other =
        noise === null
          ? `the single task's ${four(singleTask)}; that is one seed, so the difference may be chance: compare with several`
          : `the single task's ${four(singleTask)} ± ${four(noise)} (mean and 95 % prediction interval of ${runs} runs)`;
      return `warning: negative transfer: ${own}, worse than ${other}`;
    }
    if (!(last && this.#warned) || worse) return null;
    return `no negative transfer after all: ${own}, the single task's ${four(singleTask)}${noise === null ? "" : ` ± ${four(noise)}`}`;
  }
}
