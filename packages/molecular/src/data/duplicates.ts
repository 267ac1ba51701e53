import { OutriggerError } from "@outrigger/core/error";
import { isBinary, type LabelColumn } from "./labels.ts";

/**
 * What becomes of different labels for one molecule:
 * - `auto`: `majority` for targets that are 0 or 1, `mean` for the others.
 * - `mean`: their mean; refused for targets that are 0 or 1.
 * - `majority`: the most frequent one; none (a missing label) when two are equally frequent.
 * - `drop`: none.
 * - `error`: an error that names the lines.
 */
export type ConflictPolicy = "auto" | "mean" | "majority" | "drop" | "error";

/** Labels of one molecule that contradict each other, and what was made of them. */
export interface LabelConflict {
  readonly target: string;
  /** Lines of the file, one a label. */
  readonly rows: readonly number[];
  readonly labels: readonly number[];
  /** Null: no label was kept. */
  readonly became: number | null;
}

/** How far repeated labels of a target lie apart that is no class. */
export interface LabelSpread {
  readonly target: string;
  /** Molecules with two labels or more. */
  readonly repeated: number;
  /** Of these, the ones whose labels differ. */
  readonly different: number;
  /**
   * Pooled standard deviation sqrt(sum_g sum_i (y_gi - mean_g)^2 / sum_g (n_g - 1)) over the repeated molecules g with n_g labels
   * y_gi: an estimate of the error of one measurement, below which no model can be told from another. Copies of one measurement
   * make it too small.
   */
  readonly sd: number;
  /** Largest difference between two labels of one molecule. */
  readonly largest: number;
}

/** Entries of equal keys, in order of their first appearance. */
export function grouped(keys: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, key] of keys.entries()) {
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function mostFrequent(values: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const winners = [...counts].filter(([, count]) => count === most);
  return winners.length === 1 ? winners[0]![0] : null;
}

type Resolve = (labels: readonly number[], rows: readonly number[]) => number | null;

function resolver(target: string, column: LabelColumn, policy: ConflictPolicy): Resolve {
  const binary = isBinary(column);
  switch (policy) {
    case "auto":
      return binary ? mostFrequent : mean;
    case "majority":
      return mostFrequent;
    case "drop":
      return () => null;
    case "mean":
      if (!binary) return mean;
      return (labels, rows) => {
        throw new OutriggerError(
          "bad-option",
          `"${target}" is 0 or 1, so the labels ${labels.join(", ")} of rows ${rows.join(", ")} have no mean that is a label. Use majority, drop or auto for conflicting labels.`,
          { target, rows, labels, policy },
        );
      };
    case "error":
      return (labels, rows) => {
        throw new OutriggerError(
          "bad-data",
          `Rows ${rows.join(", ")} are the same molecule with the labels ${labels.join(", ")} of "${target}". Correct them, or choose mean, majority or drop for conflicting labels.`,
          { target, rows, labels },
        );
      };
    default:
      throw new OutriggerError(
        "bad-option",
        `There is no rule "${String(policy)}" for conflicting labels; choose auto, mean, majority, drop or error.`,
        { policy },
      );
  }
}

/** A target of merged molecules, and what merging it met. */
export interface MergedTarget {
  readonly column: LabelColumn;
  readonly conflicts: readonly LabelConflict[];
  /** Null for classes, and when no molecule has two labels. */
  readonly spread: LabelSpread | null;
}

/**
 * One label a group: the one that its members agree on, else what `policy` makes of them, or none.
 *
 * @param rows line of the file of every entry
 * @throws OutriggerError `bad-data` under `error`, `bad-option` for an unknown policy, or for `mean` where labels are classes
 */
export function mergeLabels(
  target: string,
  column: LabelColumn,
  groups: readonly (readonly number[])[],
  rows: readonly number[],
  policy: ConflictPolicy,
): MergedTarget {
  const resolve = resolver(target, column, policy);
  const conflicts: LabelConflict[] = [];
  const values = new Float64Array(groups.length);
  const present = new Uint8Array(groups.length);
  let [repeated, squares, freedom, largest] = [0, 0, 0, 0];
  for (const [g, group] of groups.entries()) {
    const labelled = group.filter((i) => column.present[i] === 1);
    const labels = labelled.map((i) => column.values[i]!);
    if (labels.length === 0) continue;
    let label: number | null = labels[0]!;
    if (labels.length > 1) repeated++;
    if (labels.some((other) => other !== label)) {
      const lines = labelled.map((i) => rows[i]!);
      label = resolve(labels, lines);
      conflicts.push({ target, rows: lines, labels, became: label });
      const centre = mean(labels);
      squares += labels.reduce((sum, y) => sum + (y - centre) ** 2, 0);
      largest = Math.max(largest, Math.max(...labels) - Math.min(...labels));
    }
    freedom += labels.length - 1;
    if (label === null) continue;
    values[g] = label;
    present[g] = 1;
  }
  const spread = {
    target,
    repeated,
    different: conflicts.length,
    sd: Math.sqrt(squares / freedom),
    largest,
  };
  return {
    column: { values, present },
    conflicts,
    spread: repeated === 0 || isBinary(column) ? null : spread,
  };
}
