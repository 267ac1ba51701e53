import { type Column, column, standardize } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import { descriptors, type FeaturizeOptions } from "../feature/featurize.ts";
import { type Candidate, candidate, candidateBook } from "./book.ts";
import { fragmentRows, graphIndexRows } from "./candidate-rows.ts";
import { FRAGMENT_PATTERNS } from "./fragment-patterns.ts";
import { GRAPH_INDICES } from "./graph-indices.ts";

const SOURCES: Readonly<
  Record<
    Candidate["kind"],
    {
      readonly names: readonly string[];
      readonly rows: (smiles: readonly string[], options: FeaturizeOptions) => Promise<ArrayLike<number>[]>;
    }
  >
> = {
  descriptor: { names: DESCRIPTOR_NAMES, rows: descriptors },
  "graph-index": { names: GRAPH_INDICES.map(({ name }) => name), rows: graphIndexRows },
  fragment: { names: FRAGMENT_PATTERNS.map(({ name }) => name), rows: fragmentRows },
};

/**
 * The values of the named candidates for every molecule, unscaled, in the order of the names. Only the kinds that are named are
 * computed; a kind is computed whole and cached.
 *
 * @throws OutriggerError `bad-option` for an unknown name, `bad-data` for a molecule that RDKit refuses
 */
export async function candidateValues(
  smiles: readonly string[],
  names: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Record<string, Float64Array>> {
  const kinds = [...new Set(names.map((name) => candidate(name).kind))];
  const values = new Map<string, Float64Array>();
  for (const kind of kinds) {
    const source = SOURCES[kind];
    const rows = await source.rows(smiles, options);
    for (const [at, name] of source.names.entries()) {
      if (names.includes(name))
        values.set(
          name,
          Float64Array.from(rows, (row) => row[at]!),
        );
    }
  }
  return Object.fromEntries(names.map((name) => [name, values.get(name)!]));
}

const varies = (values: Float64Array, train: readonly number[]): boolean =>
  train.some((row) => values[row] !== values[train[0]!]);

/** The candidates of the whole book with at least two different values among the training molecules: only they can be learned. */
export async function varyingCandidates(
  smiles: readonly string[],
  train: readonly number[],
  options: FeaturizeOptions = {},
): Promise<string[]> {
  const names = candidateBook.map(({ name }) => name);
  const values = await candidateValues(smiles, names, options);
  return names.filter((name) => varies(values[name]!, train));
}

export interface CandidateColumnOptions extends FeaturizeOptions {
  /** Largest size of a standardised value; default 10, which touches no ordinary molecule and tames the indices that grow without bound. */
  readonly clip?: number;
  /** Hears which candidates were left out and why; default: a process warning. */
  readonly onNote?: (note: string) => void;
}

/**
 * Candidates as columns of labels or inputs: (value − mean) / sd with mean and sd of the training molecules, clipped to ±`clip`.
 * Those with one value only in training are left out with a note: many fragments do not occur in a small set.
 *
 * @throws OutriggerError `bad-option` for an unknown name, `bad-data` if none of them varies or RDKit refuses a molecule
 */
export async function candidateColumns(
  smiles: readonly string[],
  names: readonly string[],
  train: readonly number[],
  options: CandidateColumnOptions = {},
): Promise<Record<string, Column>> {
  const { clip = 10, onNote = (note) => process.emitWarning(note) } = options;
  const values = await candidateValues(smiles, names, options);
  const kept = names.filter((name) => varies(values[name]!, train));
  const constant = names.filter((name) => !kept.includes(name));
  if (kept.length === 0 && names.length > 0) {
    const said = `None of ${names.join(", ")} varies among the ${train.length} training molecules, so there is nothing to learn from them. Choose other candidates.`;
    throw new OutriggerError("bad-data", said, { names: [...names] });
  }
  if (constant.length > 0)
    onNote(
      `Left out, because all ${train.length} training molecules have the same value: ${constant.join(", ")}.`,
    );
  const clipped = (name: string): Column => {
    const { column: standard } = standardize(column(name, values[name]!), train);
    return { ...standard, values: standard.values.map((value) => Math.min(clip, Math.max(-clip, value))) };
  };
  return Object.fromEntries(kept.map((name) => [name, clipped(name)]));
}
