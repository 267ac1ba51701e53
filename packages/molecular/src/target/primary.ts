import { type Column, standardize } from "@outrigger/core/data/column";
import type { SplitModel } from "@outrigger/core/train/split-model";
import { binary, type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import { jointHeads } from "./joint-heads.ts";
import { jointTask, type TargetKind } from "./joint-task.ts";

/** What is to be predicted of every molecule, in the units people read. */
export interface Targets {
  /** Name of the primary task. */
  readonly name: string;
  readonly kind: TargetKind;
  /** One column a target, all of them primary; missing labels are masked. Classes are 0 and 1. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** The primary as `fit` takes it. */
export interface Primary {
  readonly task: Task<ColumnBatch>;
  /** Labels as they are trained on: standardised on the training rows for regression. */
  readonly columns: Readonly<Record<string, Column>>;
  /** Heads that the model is to be made with, one a target. */
  readonly heads: readonly string[];
  /** Joins the heads of several targets; the model itself for one. */
  join<B>(model: SplitModel<B>): SplitModel<B>;
}

/**
 * Makes one primary task of one or more targets: one of core's own tasks for a single target, `jointTask` for several, since exactly one task
 * is the primary.
 *
 * @param train rows that standardise regression labels
 * @throws OutriggerError `bad-data` for a regression target without two different labels among the training rows
 */
export function primaryOf({ name, kind, columns }: Targets, train: readonly number[]): Primary {
  const names = Object.keys(columns);
  const standard = Object.values(columns).map((column) =>
    kind === "regression" ? standardize(column, train) : { column, scaler: { mean: 0, sd: 1 } },
  );
  if (names.length === 1) {
    const { column, scaler } = standard[0]!;
    const role = "primary";
    return {
      task: kind === "regression" ? regression({ name, role, scaler }) : binary({ name, role }),
      columns: { [name]: column },
      heads: [name],
      join: (model) => model,
    };
  }
  const scalers = standard.map(({ scaler }) => scaler);
  return {
    task: jointTask({ name, role: "primary", targets: names, kind, scalers }),
    columns: Object.fromEntries(names.map((target, j) => [target, standard[j]!.column])),
    heads: names,
    join: (model) => jointHeads(model, name, names),
  };
}

/**
 * Why a metric is undefined on some rows, in words, or null where it is defined: no label at all, or one class only for every target. Nothing
 * is put in its place.
 */
export function undefinedBecause({ kind, columns }: Targets, rows: readonly number[]): string | null {
  const labels = Object.values(columns).map(({ values, mask }) =>
    rows.filter((row) => mask[row] === 1).map((row) => values[row]!),
  );
  if (labels.every(({ length }) => length === 0)) return "no molecule has a label there";
  if (kind === "regression") return null;
  const both = labels.filter((own) => own.includes(0) && own.includes(1)).length;
  return both > 0 ? null : "no target has both classes there";
}

/** The targets that have both classes on some rows, all of those with a label for regression. */
export const definedTargets = (targets: Targets, rows: readonly number[]): string[] =>
  Object.entries(targets.columns)
    .filter(
      ([target, column]) => undefinedBecause({ ...targets, columns: { [target]: column } }, rows) === null,
    )
    .map(([target]) => target);
