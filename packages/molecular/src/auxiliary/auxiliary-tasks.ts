import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import {
  type CandidateColumnOptions,
  candidateColumns,
  varyingCandidates,
} from "../book/candidate-columns.ts";
import { type SelectRequest, selectCandidates } from "../select/select.ts";
import type { Selection } from "../select/selection.ts";

/** What was chosen, and its labels. */
export interface AuxiliaryTasks {
  readonly selection: Selection;
  /** Standardised on the training molecules, by candidate, in the order of `selection.names`. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** The candidates that may be chosen and vary. */
async function varyingAmong(
  smiles: readonly string[],
  train: readonly number[],
  request: SelectRequest,
  options: CandidateColumnOptions,
): Promise<string[]> {
  const varying = await varyingCandidates(smiles, train, options);
  const among = varying.filter((name) => request.among?.includes(name) ?? true);
  if (among.length > 0) return among;
  const said = `No candidate varies among the ${train.length} training molecules, so there is nothing to learn. Are they all the same?`;
  throw new OutriggerError("bad-data", said);
}

/**
 * Chooses auxiliary tasks for a dataset among the candidates that vary in its training molecules, and computes their labels.
 *
 * A random choice therefore has as many tasks as a deliberate one. Candidates given by name that do not vary are left out with a note.
 *
 * Cost: the whole book for every molecule, some 2-4 ms each, then cached; for those given by name only their kinds.
 *
 * @throws OutriggerError `bad-data` if no candidate varies or a molecule is refused; and what {@link selectCandidates} throws
 *
 * @example
 * const { selection, columns } = await auxiliaryTasks(table.smiles, split.train, { how: "frozen-votes", property: "solubility" });
 */
export async function auxiliaryTasks(
  smiles: readonly string[],
  train: readonly number[],
  request: SelectRequest,
  options: CandidateColumnOptions = {},
): Promise<AuxiliaryTasks> {
  const selection = await selectCandidates(
    request.how === "given"
      ? request
      : { ...request, among: await varyingAmong(smiles, train, request, options) },
  );
  const notes: string[] = [];
  const onNote = (note: string): void => {
    notes.push(note);
    options.onNote?.(note);
  };
  const columns = await candidateColumns(smiles, selection.names, train, { ...options, onNote });
  return {
    selection: { ...selection, names: Object.keys(columns), notes: [...selection.notes, ...notes] },
    columns,
  };
}
