import { OutriggerError } from "@outrigger/core/error";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import { DESCRIPTOR_EXPLANATIONS } from "./descriptor-explanations.ts";
import { FRAGMENT_PATTERNS } from "./fragment-patterns.ts";
import { GRAPH_INDICES } from "./graph-indices.ts";

/** A number that can be computed of any molecule: an auxiliary task, or an input. */
export interface Candidate {
  readonly name: string;
  readonly kind: "descriptor" | "graph-index" | "fragment";
  /** One sentence, for people and language models. */
  readonly describe: string;
  /** Left out for counts and numbers without dimension. */
  readonly unit?: string;
}

/**
 * All that can be chosen from: RDKit's 43 descriptors, 22 indices of the molecular graph, and counts of 85 fragments, in this order.
 *
 * Hydrogens are not atoms of the graph; RDKit's Python package, for which AutAuT's list of labels was made, computes some of the
 * same numbers with hydrogens added there.
 */
export const candidateBook: readonly Candidate[] = [
  ...DESCRIPTOR_NAMES.map(
    (name): Candidate => ({ name, kind: "descriptor", ...DESCRIPTOR_EXPLANATIONS[name]! }),
  ),
  ...GRAPH_INDICES.map(
    ({ name, describe, unit }): Candidate => ({
      name,
      kind: "graph-index",
      describe,
      ...(unit === undefined ? {} : { unit }),
    }),
  ),
  ...FRAGMENT_PATTERNS.map(({ name, describe }): Candidate => ({ name, kind: "fragment", describe })),
];

const byName = new Map(candidateBook.map((candidate) => [candidate.name, candidate]));

export const isCandidate = (name: string): boolean => byName.has(name);

/** @throws OutriggerError `bad-option` for a name that is not in the book, with those most like it. */
export function candidate(name: string): Candidate {
  const found = byName.get(name);
  if (found) return found;
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const like = [...byName.keys()].filter(
    (each) => plain(each).includes(plain(name)) || plain(name).includes(plain(each)),
  );
  const cure =
    like.length > 0 ? `did you mean ${like.join(", ")}?` : `the names are ${[...byName.keys()].join(", ")}.`;
  throw new OutriggerError("bad-option", `There is no candidate "${name}"; ${cure}`, { name, like });
}
