import { type Column, type Scaler, standardize } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import type { MoleculeTable } from "../data/dataset.ts";
import { isBinary } from "../data/labels.ts";
import type { Split } from "../data/split.ts";
import type { TargetKind } from "../target/joint-task.ts";

/** One column to predict. */
export interface Target {
  readonly name: string;
  readonly kind: TargetKind;
  /** Labels in the units people read. */
  readonly raw: Column;
  /** Labels as the model learns them: standardised on the training molecules, or classes 0 and 1. */
  readonly column: Column;
  /** original = mean + sd · learned; 0 and 1 for classes. */
  readonly scaler: Scaler;
}

const isClass = (value: number): boolean => value === 0 || value === 1;

const parts = ["train", "validation", "test"] as const;
const words = { train: "training", validation: "validation", test: "test" } as const;

const labelled = ({ mask }: Column, rows: readonly number[]): number[] =>
  rows.filter((row) => mask[row] === 1);

/** What can be done where a part of the split cannot be used. */
const CURE =
  "Choose another --split-seed or --split random, larger parts with --fractions, or give more labelled molecules.";

/**
 * The target must have labels in training; the primary also in validation, which chooses the epoch and calibrates, with both classes there.
 *
 * @throws OutriggerError `bad-data`, naming the counts.
 */
function checkParts(raw: Column, kind: TargetKind, split: Split, primary: boolean): void {
  for (const part of parts) {
    const rows = labelled(raw, split[part]);
    const needed = part === "train" || (primary && part === "validation");
    if (!needed) continue;
    const of = `the ${split[part].length} ${words[part]} molecules`;
    if (rows.length === 0)
      throw new OutriggerError("bad-data", `"${raw.name}" has no label among ${of}. ${CURE}`, {
        column: raw.name,
        part,
      });
    const ones = rows.filter((row) => raw.values[row] === 1).length;
    if (kind === "classification" && (ones === 0 || ones === rows.length))
      throw new OutriggerError(
        "bad-data",
        `"${raw.name}" has one class only among ${of}: all ${rows.length} labels are ${ones === 0 ? 0 : 1}. ${CURE}`,
        { column: raw.name, part },
      );
  }
}

/**
 * The targets of a table in the order of `names`, ready to be learned; the first is the primary.
 *
 * @throws OutriggerError `bad-data` for labels that are no classes where classification is asked for, and for a split whose parts cannot be
 * trained or chosen with.
 */
export function targetsOf(
  table: MoleculeTable,
  names: readonly string[],
  kind: TargetKind | "auto",
  split: Split,
): Target[] {
  return names.map((name, k) => {
    const labels = table.targets[name]!;
    const raw: Column = { name, values: labels.values, mask: labels.present };
    const binary = isBinary(labels);
    const found = kind === "auto" ? (binary ? "classification" : "regression") : kind;
    if (found === "classification" && !binary) {
      const i = labels.values.findIndex((value, row) => labels.present[row] === 1 && !isClass(value));
      throw new OutriggerError(
        "bad-data",
        `"${name}" has the label ${labels.values[i]} on row ${table.rows[i]}, which is no class. Classes are 0 and 1; write them so, or use --kind regression.`,
        { column: name, row: table.rows[i], label: labels.values[i] },
      );
    }
    checkParts(raw, found, split, k === 0);
    if (found === "classification")
      return { name, kind: found, raw, column: raw, scaler: { mean: 0, sd: 1 } };
    return { name, kind: found, raw, ...standardize(raw, split.train) };
  });
}

/** A few words on what was made of a target, for people. */
export function targetWords({ name, kind, raw }: Target, asked: TargetKind | "auto"): string {
  const all = labelled(raw, [...raw.values.keys()]);
  const why = asked === "auto" ? " (seen from its labels)" : "";
  if (kind === "regression") return `${name}: regression${why}, ${all.length} labels`;
  const ones = all.filter((row) => raw.values[row] === 1).length;
  return `${name}: classification${why}, ${ones} of ${all.length} labels are 1`;
}
