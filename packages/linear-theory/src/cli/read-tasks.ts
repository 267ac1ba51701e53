import { basename, extname } from "node:path";
import type { NamedTask } from "../analyse/check.ts";
import { bad, numbersOf, readTable, type Table } from "./read-table.ts";

export interface TaskColumns {
  /** The label's column in all files, or one a file; the last column of each by default. */
  readonly target?: readonly string[] | undefined;
  /** The features' columns; all of the primary's others by default, and then every file must have the same. */
  readonly features?: readonly string[] | undefined;
}

/**
 * One task a file, the primary first, with features in the same order; named after the files.
 *
 * @throws LinearTheoryError `bad-file` as `readTable` and `numbersOf`, and when a file lacks a column or has others than the primary.
 */
export function readTasks(
  files: readonly string[],
  { target, features }: TaskColumns,
): { tasks: NamedTask[]; features: readonly string[] } {
  if (target !== undefined && target.length !== 1 && target.length !== files.length)
    throw bad(
      `--target names ${target.length} columns for ${files.length} files: give one for all, or one a file.`,
      { targets: target.length, files: files.length },
    );
  const tables = files.map(readTable);
  const targets = tables.map(({ header }, k) => target?.[target.length === 1 ? 0 : k] ?? header.at(-1)!);
  for (const [k, table] of tables.entries()) need(table, targets[k]!, "target");
  const chosen = features ?? tables[0]!.header.filter((name) => name !== targets[0]);
  if (chosen.length === 0) throw bad(`${files[0]} has no columns besides its target.`, { file: files[0] });
  const tasks = tables.map((table, k) => {
    for (const name of chosen) {
      need(table, name, "feature");
      if (name === targets[k])
        throw bad(`${table.file}: ${name} is both a feature and the target.`, {
          file: table.file,
          column: name,
        });
    }
    const more = table.header.filter((name) => name !== targets[k] && !chosen.includes(name));
    if (features === undefined && more.length > 0)
      throw bad(
        `${table.file} has columns that ${files[0]} has not: ${more.join(", ")}. Drop them, or name the features with --features.`,
        { file: table.file, columns: more },
      );
    const columns = chosen.map((name) => numbersOf(table, name));
    return {
      name: nameOf(files, k),
      x: table.rows.map((_, i) => columns.map((values) => values[i]!)),
      y: numbersOf(table, targets[k]!),
    };
  });
  return { tasks, features: chosen };
}

function need({ file, header }: Table, name: string, role: "target" | "feature"): void {
  if (header.includes(name)) return;
  const hint =
    role === "target" ? "Name the label's column with --target." : "Name common columns with --features.";
  throw bad(`${file} has no column ${name}, the ${role}; it has ${header.join(", ")}. ${hint}`, {
    file,
    column: name,
  });
}

/** The file's name without folder and ending, or all of it where another file is called the same. */
function nameOf(files: readonly string[], k: number): string {
  const short = (file: string): string => basename(file, extname(file));
  const name = short(files[k]!);
  return files.filter((file) => short(file) === name).length > 1 ? files[k]! : name;
}
