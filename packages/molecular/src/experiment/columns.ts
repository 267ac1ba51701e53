import { type AuxiliaryTasks, auxiliaryTasks } from "../auxiliary/auxiliary-tasks.ts";
import { candidateBook } from "../book/book.ts";
import { candidateColumns } from "../book/candidate-columns.ts";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import type { SelectRequest } from "../select/select.ts";
import type { Problem } from "./problem.ts";

/** Which numbers computed from structure: none, the five of the frozen votes, five drawn from the book, or all. */
export type Descriptors = "none" | "chosen" | "random" | "all";

/** Of the frozen votes, and as many for the control that draws them. */
const KEEP = 5;

const quiet = { onNote: () => undefined };

function requestOf({ property, targets }: Problem, choice: Exclude<Descriptors, "none">, seed: number) {
  // A target that is a number of the book itself would be its own auxiliary.
  const own = Object.keys(targets.columns);
  const among = candidateBook.map(({ name }) => name).filter((name) => !own.includes(name));
  const requests: Record<typeof choice, SelectRequest> = {
    chosen: { how: "frozen-votes", among, keep: KEEP, property: property ?? targets.name },
    random: { how: "random", among, keep: KEEP, seed },
    all: { how: "all", among },
  };
  return requests[choice];
}

/**
 * Auxiliary tasks of a trial, from the book of candidates that vary in training: the five of the frozen votes for what the dataset measures, five
 * drawn by the trial's seed, or all; standardised on the training molecules. Null for none.
 */
export async function auxiliaryColumns(
  problem: Problem,
  choice: Descriptors,
  seed: number,
): Promise<AuxiliaryTasks | null> {
  if (choice === "none") return null;
  return auxiliaryTasks(problem.smiles, problem.split.train, requestOf(problem, choice, seed), quiet);
}

/** Further inputs of a trial: what `auxiliaryColumns` gives, but for `all` RDKit's descriptors that vary, which is what people give a model. */
export async function inputColumns(
  problem: Problem,
  choice: Descriptors,
  seed: number,
): Promise<AuxiliaryTasks["columns"]> {
  if (choice === "all") return candidateColumns(problem.smiles, DESCRIPTOR_NAMES, problem.split.train, quiet);
  return (await auxiliaryColumns(problem, choice, seed))?.columns ?? {};
}
