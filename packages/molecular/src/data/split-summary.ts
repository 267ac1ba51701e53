import { isBinary, type LabelColumn, presentLabels } from "./labels.ts";
import type { Split } from "./split.ts";

export const PARTS: readonly ["train", "validation", "test"] = ["train", "validation", "test"];

export type Part = (typeof PARTS)[number];

/** Labels of one target in some molecules. */
export type LabelSummary =
  | {
      readonly kind: "classification";
      readonly labels: number;
      readonly missing: number;
      readonly positive: number;
    }
  | {
      readonly kind: "regression";
      readonly labels: number;
      readonly missing: number;
      /** These four are null where there is no label. */
      readonly mean: number | null;
      /** Of the sample, divided by n - 1; null below two labels. */
      readonly sd: number | null;
      readonly least: number | null;
      readonly greatest: number | null;
    };

export interface PartSummary {
  readonly part: Part;
  readonly molecules: number;
  readonly targets: Readonly<Record<string, LabelSummary>>;
}

/** Something about a split that will hurt later, when a metric does not exist. Nothing was changed because of it. */
export interface SplitNote {
  readonly kind: "empty-part" | "no-labels" | "one-class";
  readonly part: Part;
  readonly target?: string;
  readonly message: string;
}

/** The column restricted to some molecules. */
const restricted = ({ values, present }: LabelColumn, rows: readonly number[]): LabelColumn => ({
  values: Float64Array.from(rows, (row) => values[row]!),
  present: Uint8Array.from(rows, (row) => present[row]!),
});

/** Number, mean and range of the labels, or number and positives where the whole column is 0 or 1. */
export function summarizeLabels(
  column: LabelColumn,
  rows: readonly number[] = [...column.values.keys()],
): LabelSummary {
  const labels = presentLabels(restricted(column, rows));
  const n = labels.length;
  const sum = labels.reduce((a, b) => a + b, 0);
  const shared = { labels: n, missing: rows.length - n };
  if (isBinary(column)) return { kind: "classification", ...shared, positive: sum };
  const mean = n === 0 ? null : sum / n;
  const squares = labels.reduce((total, y) => total + (y - (mean ?? 0)) ** 2, 0);
  return {
    kind: "regression",
    ...shared,
    mean,
    sd: n < 2 ? null : Math.sqrt(squares / (n - 1)),
    least: n === 0 ? null : labels.reduce((a, b) => Math.min(a, b)),
    greatest: n === 0 ? null : labels.reduce((a, b) => Math.max(a, b)),
  };
}

/** Size and labels of every part. */
export const summarizeSplit = (
  split: Split,
  targets: Readonly<Record<string, LabelColumn>> = {},
): PartSummary[] =>
  PARTS.map((part) => ({
    part,
    molecules: split[part].length,
    targets: Object.fromEntries(
      Object.entries(targets).map(([name, column]) => [name, summarizeLabels(column, split[part])]),
    ),
  }));

/** Parts that are empty, that have no label of a target, or one class of it only. */
export function splitNotes(split: Split, targets: Readonly<Record<string, LabelColumn>> = {}): SplitNote[] {
  return summarizeSplit(split, targets).flatMap(({ part, molecules, targets: summaries }) => {
    if (molecules === 0)
      return [{ kind: "empty-part", part, message: `The ${part} part is empty.` } as const];
    return Object.entries(summaries).flatMap(([target, summary]): SplitNote[] => {
      if (summary.labels === 0)
        return [
          { kind: "no-labels", part, target, message: `The ${part} part has no label of "${target}".` },
        ];
      if (summary.kind !== "classification" || (summary.positive > 0 && summary.positive < summary.labels))
        return [];
      const only = summary.positive === 0 ? 0 : 1;
      const message = `All ${summary.labels} labels of "${target}" in the ${part} part are ${only}: ROC-AUC does not exist there. A stratified split keeps both classes where it can.`;
      return [{ kind: "one-class", part, target, message }];
    });
  });
}

/** How much two parts have in common. */
export interface SplitOverlap {
  readonly part: Part;
  readonly other: Part;
  /** Keys (scaffolds, or molecules) that are in both. */
  readonly keys: number;
  /** Molecules of `part` whose key is in `other` too. */
  readonly molecules: number;
  /** Their share of `part`; null when it is empty. */
  readonly share: number | null;
}

/**
 * What test and validation molecules share with training, and test with validation.
 *
 * @param keys one a molecule: scaffolds (all molecules without rings then share the empty one), or canonical SMILES for copies
 */
export function splitOverlap(split: Split, keys: readonly string[]): SplitOverlap[] {
  const pairs: readonly [Part, Part][] = [
    ["test", "train"],
    ["validation", "train"],
    ["test", "validation"],
  ];
  return pairs.map(([part, other]) => {
    const theirs = new Set(split[other].map((row) => keys[row]!));
    const shared = split[part].map((row) => keys[row]!).filter((key) => theirs.has(key));
    const share = split[part].length === 0 ? null : shared.length / split[part].length;
    return { part, other, keys: new Set(shared).size, molecules: shared.length, share };
  });
}
