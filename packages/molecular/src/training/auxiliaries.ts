import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { auxiliaryTasks } from "../auxiliary/auxiliary-tasks.ts";
import { candidateBook } from "../book/book.ts";
import type { MoleculeTable } from "../data/dataset.ts";
import type { FeaturizeOptions } from "../feature/featurize.ts";
import { describeDataset } from "../select/dataset-description.ts";
import type { SelectRequest } from "../select/select.ts";
import type { Selection } from "../select/selection.ts";
import type { Configuration } from "./configuration.ts";

/** Auxiliary labels of all molecules by task name, standardised on the training molecules, and how they were chosen. */
export interface Auxiliaries {
  readonly columns: Readonly<Record<string, Column>>;
  /** Null without auxiliary tasks. */
  readonly selection: Selection | null;
}

export interface AuxiliariesOptions extends FeaturizeOptions {
  /** Hears of every question to a language model. */
  readonly onLine?: (line: string) => void;
  /** A choice that was made before: no other is made. */
  readonly chosen?: Selection;
  readonly signal?: AbortSignal;
}

type Asked = Pick<Configuration, "auxiliary" | "seed" | "targets" | "selection">;

/** What is asked for; a target is never an auxiliary task of itself. */
function requestOf(
  { auxiliary, seed, targets, selection }: Asked,
  table: Pick<MoleculeTable, "smiles" | "targets">,
  train: readonly number[],
  { onLine, signal }: AuxiliariesOptions,
): SelectRequest {
  const { keep, unit, about, molecules } = selection;
  const [target] = targets;
  const property = selection.property ?? target!;
  const among = candidateBook.map(({ name }) => name).filter((name) => !targets.includes(name));
  if (typeof auxiliary !== "string")
    return { how: "given", names: auxiliary.filter((name) => !targets.includes(name)) };
  if (auxiliary === "all") return { how: "all", among };
  if (auxiliary === "random") return { how: "random", among, keep, seed };
  if (auxiliary !== "language-model") return { how: "frozen-votes", among, keep, property };
  const dataset = describeDataset(table, target!, {
    property,
    ...(unit !== null && { unit }),
    ...(about !== null && { about }),
    sendMolecules: molecules,
    seed,
    rows: train,
  });
  const model = { ...(onLine && { onProgress: onLine }), ...(signal && { signal }) };
  return { how: "language-model", among, keep, dataset, model };
}

/** An error of the language model with what can be done besides. */
function explained(error: unknown): unknown {
  if (!(error instanceof OutriggerError) || error.details["reason"] === undefined) return error;
  const said = `${error.message} Or choose without a language model: --auxiliary auto.`;
  return new OutriggerError(error.code, said, error.details, error);
}

/**
 * The auxiliary tasks of a configuration, from the book of candidates. A language model is told of the training molecules' labels alone.
 *
 * Cost: the book for every molecule, some 2-4 ms each, then cached; less for named ones.
 *
 * @throws OutriggerError `bad-option` for a name that is not in the book, `bad-data` where no candidate varies, and as `selectCandidates`.
 */
export async function auxiliariesOf(
  asked: Asked,
  table: Pick<MoleculeTable, "smiles" | "targets">,
  train: readonly number[],
  options: AuxiliariesOptions = {},
): Promise<Auxiliaries> {
  if (asked.auxiliary === "none") return { columns: {}, selection: null };
  const { onLine: _, signal: __, chosen, ...featurizing } = options;
  if (chosen) {
    const given = { ...asked, auxiliary: chosen.names };
    const { columns, selection } = await auxiliariesOf(given, table, train, featurizing);
    const { names, notes } = selection!;
    return { columns, selection: { ...chosen, names, notes: [...chosen.notes, ...notes] } };
  }
  const request = requestOf(asked, table, train, options);
  try {
    // Notes are in the selection: nobody has to hear them twice.
    return await auxiliaryTasks(table.smiles, train, request, { ...featurizing, onNote: () => undefined });
  } catch (error) {
    throw asked.auxiliary === "language-model" ? explained(error) : error;
  }
}

const WAYS: Readonly<Record<Selection["how"], string>> = {
  "frozen-votes": "chosen by the frozen votes",
  "language-model": "chosen by a language model",
  random: "drawn by chance",
  all: "all that vary",
  given: "named",
};

/** How auxiliary tasks were chosen, in a few words, such as `chosen by the frozen votes for solubility`. */
export function selectionWords({ how, settings = {} }: Selection): string {
  const { family, model } = settings;
  const by = how === "frozen-votes" ? family : how === "language-model" ? model : undefined;
  if (typeof by !== "string") return WAYS[how];
  return `${WAYS[how]}${how === "language-model" ? ` (${by})` : ` for ${by}`}`;
}
