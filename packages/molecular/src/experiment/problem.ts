import { OutriggerError } from "@outrigger/core/error";
import { readMolecules } from "../data/dataset.ts";
import { requireSource } from "../data/locate.ts";
import type { MoleculeSource } from "../data/sources.ts";
import type { Split } from "../data/split.ts";
import { splitMolecules } from "../feature/featurize.ts";
import type { Targets } from "../target/primary.ts";

/** Molecules with what is to be predicted of them, and how they are divided. */
export interface Problem {
  /** The primary task: one target or several. */
  readonly targets: Targets;
  readonly smiles: readonly string[];
  /** What is measured, in words: auxiliary tasks are chosen by it. Default: the primary's name. */
  readonly property?: string;
  readonly split: Split;
  readonly datasets: readonly { readonly name: string; readonly sha256: string }[];
}

/** One problem a dataset in a process: its file is read and divided once. */
const known = new Map<string, Promise<Problem>>();

/**
 * A public dataset as a problem: all its targets are primary, OGB's scaffold split. Only structures and targets are read, whatever else the file
 * has; molecules that RDKit refuses are left out (11 of BBBP, 8 of Tox21, 4 of ClinTox), as are no others: duplicates stay, as in OGB.
 *
 * @throws OutriggerError `missing-data` or `checksum`, see `requireSource`
 */
export function problemOf(source: MoleculeSource): Promise<Problem> {
  const found = known.get(source.name) ?? read(source);
  known.set(source.name, found);
  // A file that was missing may be there the next time.
  found.catch(() => known.delete(source.name));
  return found;
}

async function read(source: MoleculeSource): Promise<Problem> {
  const path = await requireSource(source);
  const { smiles, targets } = await readMolecules(
    { path },
    { smiles: source.smiles, targets: source.targets },
  );
  const columns = Object.entries(targets).map(([name, { values, present }]) => [
    name,
    { name, values, mask: present },
  ]);
  return {
    targets: { name: source.name, kind: source.kind, columns: Object.fromEntries(columns) },
    smiles,
    property: source.title,
    split: await splitMolecules(smiles, { variant: "ogb" }),
    datasets: [{ name: source.file, sha256: source.sha256 }],
  };
}

/** Only some molecules, in the order given; `split` refers to these places. */
function restricted(problem: Problem, rows: readonly number[], split: Split): Problem {
  const { name, kind, columns } = problem.targets;
  const few = Object.entries(columns).map(([target, { values, mask }]) => [
    target,
    {
      name: target,
      values: Float64Array.from(rows, (row) => values[row]!),
      mask: Uint8Array.from(rows, (row) => mask[row]!),
    },
  ]);
  return {
    ...problem,
    targets: { name, kind, columns: Object.fromEntries(few) },
    smiles: rows.map((row) => problem.smiles[row]!),
    split,
  };
}

/** `count` of the rows, evenly spaced: files are often sorted by label. */
const spaced = (rows: readonly number[], count: number): number[] =>
  Array.from(
    { length: Math.min(count, rows.length) },
    (_, i) => rows[Math.floor((i * rows.length) / count)]!,
  );

/**
 * Reduces a problem to about `count` molecules, each part of its split in proportion but validation and test to no fewer than eight; 0 keeps
 * all. For the smoke tier: its numbers say that the code runs, and nothing else.
 */
export function reduced(problem: Problem, count: number): Problem {
  const { smiles, split } = problem;
  if (count === 0 || count >= smiles.length) return problem;
  const part = (rows: readonly number[], least: number): number[] =>
    spaced(rows, Math.max(least, Math.round((rows.length * count) / smiles.length)));
  const parts = [part(split.train, 8), part(split.validation, 8), part(split.test, 8)];
  const ends = [parts[0]!.length, parts[0]!.length + parts[1]!.length];
  const rows = parts.flat();
  const places = rows.map((_, i) => i);
  return restricted(problem, rows, {
    train: places.slice(0, ends[0]),
    validation: places.slice(ends[0], ends[1]),
    test: places.slice(ends[1]),
  });
}

/**
 * A problem with one target out of several, its primary named after it; molecules without a label of it are neither trained nor tested on.
 *
 * @throws OutriggerError `bad-option` for a target that is not there
 */
export function withTarget(problem: Problem, target: string): Problem {
  const column = problem.targets.columns[target];
  if (column === undefined) {
    const said = `There is no target "${target}"; the targets are ${Object.keys(problem.targets.columns).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { target });
  }
  const labelled = (rows: readonly number[]): number[] => rows.filter((row) => column.mask[row] === 1);
  const { train, validation, test } = problem.split;
  return {
    ...problem,
    targets: { name: target, kind: problem.targets.kind, columns: { [target]: column } },
    split: { train: labelled(train), validation: labelled(validation), test: labelled(test) },
  };
}
