import { OutriggerError } from "../error.ts";

/** One number a row, some of them missing. Missing values are stored as 0, so they never turn a sum into NaN. */
export interface Column {
  readonly name: string;
  readonly values: Float64Array;
  /** 1 = has a value, 0 = missing. */
  readonly mask: Uint8Array;
}

/** value = mean + sd · standardised value. */
export interface Scaler {
  readonly mean: number;
  readonly sd: number;
}

/**
 * A column from numbers; null and undefined are missing.
 *
 * @throws OutriggerError "bad-data" for NaN or an infinite value, naming the row (from 0): only a missing value may be missing.
 */
export function column(name: string, values: Iterable<number | null | undefined>): Column {
  const given = [...values];
  const mask = Uint8Array.from(given, (value) => (value === null || value === undefined ? 0 : 1));
  const numbers = Float64Array.from(given, (value, row) => {
    if (value === null || value === undefined) return 0;
    if (Number.isFinite(value)) return value;
    throw new OutriggerError(
      "bad-data",
      `Column "${name}" has ${value} in row ${row}. Leave the value out (null, or a blank cell) if it is missing, or correct it.`,
      { column: name, row, value: String(value) },
    );
  });
  return { name, values: numbers, mask };
}

/**
 * A column from the cells of a table; blank cells are missing.
 *
 * @param lines the file's line of every cell, for messages; default: the row, from 0.
 * @throws OutriggerError "bad-data" for a cell that is not a finite number ("nan" and "inf" included), or if all are blank.
 */
export function numericColumn(name: string, cells: readonly string[], lines?: readonly number[]): Column {
  const numbers = cells.map((cell, row) => {
    if (cell.trim() === "") return null;
    const value = Number(cell);
    if (Number.isFinite(value)) return value;
    const where = lines === undefined ? `row ${row}` : `line ${lines[row]}`;
    throw new OutriggerError(
      "bad-data",
      `Column "${name}" has "${cell}" on ${where}, which is not a finite number. Leave the cell blank if the label is missing, or correct it.`,
      { column: name, row, line: lines?.[row], cell },
    );
  });
  const made = column(name, numbers);
  requireLabels(made);
  return made;
}

/** @throws OutriggerError "bad-data" if no row (of those given) has a value. */
export function requireLabels({ name, mask }: Column, rows?: Iterable<number>): void {
  const found = rows === undefined ? mask.includes(1) : [...rows].some((row) => mask[row] === 1);
  if (found) return;
  const where = rows === undefined ? "" : " in the training rows";
  throw new OutriggerError(
    "bad-data",
    `Column "${name}" has no label${where}: all its cells are blank. Choose another column, or another split.`,
    { column: name },
  );
}

/**
 * Mean and standard deviation (denominator n) of a column over the training rows only, missing values left out.
 *
 * @param rows the training rows: using others would leak the test set.
 * @param options.constant what to do with a column that has one value only: an error (default), or sd 1 ("unit"), which leaves
 * standardised labels of 0 and a task with nothing to learn.
 * @throws OutriggerError "bad-data" if no training row has a value, or if all have the same.
 */
export function scalerOf(
  { name, values, mask }: Column,
  rows: Iterable<number>,
  options: { constant?: "error" | "unit" } = {},
): Scaler {
  const used = [...rows].filter((row) => mask[row] === 1);
  requireLabels({ name, values, mask }, used);
  const mean = used.reduce((sum, row) => sum + values[row]!, 0) / used.length;
  const sd = Math.sqrt(used.reduce((sum, row) => sum + (values[row]! - mean) ** 2, 0) / used.length);
  const first = values[used[0]!]!;
  // Compared as values: rounding in the mean can leave a constant column a standard deviation of 1e-16.
  if (used.some((row) => values[row] !== first)) return { mean, sd };
  if (options.constant === "unit") return { mean: first, sd: 1 };
  throw new OutriggerError(
    "bad-data",
    `Column "${name}" has one value only (${first}) in the ${used.length} labelled training rows, so it cannot be standardised or learned. Choose another column or split, or pass { constant: "unit" }.`,
    { column: name, value: first },
  );
}

/** (value − mean) / sd of every row; missing values stay missing. */
export function scaled({ name, values, mask }: Column, { mean, sd }: Scaler): Column {
  return { name, mask, values: values.map((value, row) => (mask[row] === 0 ? 0 : (value - mean) / sd)) };
}

/**
 * Standardises a column with mean and standard deviation of its training rows; see {@link scalerOf}.
 *
 * @example const { column, scaler } = standardize(numericColumn("logS", cells), split.train);
 */
export function standardize(
  raw: Column,
  trainingRows: Iterable<number>,
  options: { constant?: "error" | "unit" } = {},
): { column: Column; scaler: Scaler } {
  const scaler = scalerOf(raw, trainingRows, options);
  return { column: scaled(raw, scaler), scaler };
}
