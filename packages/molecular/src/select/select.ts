import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { candidate, candidateBook } from "../book/book.ts";
import type { DatasetDescription } from "./dataset-description.ts";
import { frozenVotes } from "./frozen-votes.ts";
import { type LanguageModelOptions, languageModelVotes } from "./language-model.ts";
import type { Selection } from "./selection.ts";
import { VOTE_TABLE } from "./vote-table.ts";

/** How to choose, and from what. */
export type SelectRequest = {
  /** Candidates that may be chosen, such as those that vary in training; default the whole book. */
  readonly among?: readonly string[];
} & (
  | { readonly how: "given"; readonly names: readonly string[] }
  | { readonly how: "all" }
  /** The control for choosing at all: `keep` candidates drawn from the whole book. */
  | { readonly how: "random"; readonly seed: number; readonly keep?: number }
  | { readonly how: "frozen-votes"; readonly property?: string; readonly keep?: number }
  | {
      readonly how: "language-model";
      readonly dataset: DatasetDescription;
      readonly keep?: number;
      readonly model?: LanguageModelOptions;
      /** What happens when the model cannot be asked or gives no usable answer; default: its error is thrown. */
      readonly fallback?: "frozen-votes";
    }
);

const REASONS: readonly unknown[] = ["endpoint", "time", "answer"];

/** Whether there is no usable language model; an abort, other options and an incomplete replay are the caller's business. */
const isFailureOfModel = (error: unknown): error is OutriggerError =>
  error instanceof OutriggerError && REASONS.includes(error.details["reason"]);

async function byLanguageModel(
  request: SelectRequest & { how: "language-model" },
  among: ReadonlySet<string>,
  keep: number,
): Promise<Selection> {
  const { dataset, model, fallback } = request;
  try {
    const candidates = candidateBook.filter(({ name }) => among.has(name));
    return await languageModelVotes(candidates, keep, dataset, model);
  } catch (error) {
    if (fallback === undefined || !isFailureOfModel(error)) throw error;
    const chosen = frozenVotes(dataset.property ?? dataset.target, keep, among);
    return {
      ...chosen,
      notes: [
        `Chosen by the frozen votes, because the language model failed: ${error.message}`,
        ...chosen.notes,
      ],
    };
  }
}

/**
 * Chooses candidates of the book as auxiliary tasks or inputs; `keep` of them, 5 by default, except for `all` and `given`.
 *
 * @throws OutriggerError `bad-option` for unknown names, an empty list or a number that is none, and what the language model throws
 *
 * @example
 * const { names, notes } = await selectCandidates({ how: "frozen-votes", property: "solubility" });
 */
export async function selectCandidates(request: SelectRequest): Promise<Selection> {
  const among = new Set(
    (request.among ?? candidateBook.map(({ name }) => name)).map((name) => candidate(name).name),
  );
  if (request.how === "given") {
    if (request.names.length === 0) throw new OutriggerError("bad-option", "No candidate is named.");
    return {
      names: [...new Set(request.names.map((name) => candidate(name).name))],
      how: "given",
      notes: [],
    };
  }
  const inOrder = candidateBook.map(({ name }) => name).filter((name) => among.has(name));
  if (request.how === "all") return { names: inOrder, how: "all", notes: [] };
  const { keep = VOTE_TABLE.keep } = request;
  if (!Number.isInteger(keep) || keep < 1)
    throw new OutriggerError("bad-option", `keep must be a whole number from 1, not ${keep}.`, { keep });
  if (request.how === "language-model") return byLanguageModel(request, among, keep);
  if (request.how === "frozen-votes") return frozenVotes(request.property, keep, among);
  const { seed } = request;
  const order = Random.seeded(seed, "select/random").permutation(inOrder.length);
  return {
    names: order.slice(0, keep).map((i) => inOrder[i]!),
    how: "random",
    notes:
      keep > inOrder.length ? [`There are only ${inOrder.length} of ${keep} candidates to draw from.`] : [],
    settings: { seed, keep },
  };
}
