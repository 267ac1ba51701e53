import type { Table } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";

/** Labels of one target. */
export interface LabelColumn {
  /** One a molecule; 0 where there is no label. */
  readonly values: Float64Array;
  /** 1 where there is a label, else 0. */
  readonly present: Uint8Array;
}

export interface LabelProblem {
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

/** The labels of a whole table, before the bad rows are taken out. */
export interface Labels {
  /** By row of the table, the first label in it that is no number. */
  readonly problems: ReadonlyMap<number, LabelProblem>;
  /** The columns restricted to some rows, in that order; `varied` asks of each that it has two different labels. */
  select(rows: readonly number[], varied: boolean): Record<string, LabelColumn>;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A finite number in ordinary decimal notation; what `Number` also accepts (hexadecimal, `Infinity`) is no measurement. */
function toNumber(cell: string): number | null {
  const value = DECIMAL.test(cell) ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** Columns other than `except` in which at least half of the cells that are not blank hold a number. */
export const numericColumns = (table: Table, except: string): string[] =>
  table.header.filter((name) => {
    const cells = name === except ? [] : table.column(name).filter((cell) => cell !== "");
    return cells.length > 0 && cells.filter((cell) => toNumber(cell) !== null).length * 2 >= cells.length;
  });

/** The labels that are there. */
export const presentLabels = ({ values, present }: LabelColumn): Float64Array =>
  values.filter((_, i) => present[i] === 1);

/** Whether all labels are 0 or 1: a classification, in this package. */
export const isBinary = (column: LabelColumn): boolean =>
  presentLabels(column).every((label) => label === 0 || label === 1);

function checkVaried(table: Table, name: string, column: LabelColumn): void {
  const labels = presentLabels(column);
  if (labels.length === 0)
    throw new OutriggerError(
      "bad-data",
      `All labels in column "${name}" of ${table.name} are missing. Fill some in, or leave the column out of "targets".`,
      { column: name },
    );
  if (labels.every((label) => label === labels[0]))
    throw new OutriggerError(
      "bad-data",
      `All ${labels.length} labels in column "${name}" of ${table.name} are ${labels[0]}, so there is nothing to learn. Add molecules with other values, or leave the column out of "targets".`,
      { column: name, value: labels[0] },
    );
}

/**
 * Reads the target columns: a blank cell is a missing label, anything else must be a number.
 *
 * @throws OutriggerError `bad-data` for a column that does not exist; from `select` also, where it asks for that, for a column in
 * which the rows have no label or one value only.
 */
export function labelColumns(table: Table, names: readonly string[]): Labels {
  const problems = new Map<number, LabelProblem>();
  const columns = names.map((name) => {
    const cells = table.column(name);
    for (const [i, value] of cells.entries()) {
      if (value === "" || toNumber(value) !== null || problems.has(i)) continue;
      const reason = "A label must be a finite number; leave the cell blank if it is missing.";
      problems.set(i, { column: name, value, reason });
    }
    return [name, cells] as const;
  });
  return {
    problems,
    select: (rows, varied) =>
      Object.fromEntries(
        columns.map(([name, cells]) => {
          const column = {
            values: Float64Array.from(rows, (i) => toNumber(cells[i]!) ?? 0),
            present: Uint8Array.from(rows, (i) => Number(cells[i] !== "")),
          };
          if (varied) checkVaried(table, name, column);
          return [name, column];
        }),
      ),
  };
}
