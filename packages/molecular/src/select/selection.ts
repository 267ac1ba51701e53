/** Candidates that were chosen, and how. Plain JSON: it belongs into the record of a run. */
export interface Selection {
  readonly names: readonly string[];
  readonly how: "frozen-votes" | "language-model" | "random" | "all" | "given";
  /** What a reader should know: a fall-back, a guessed property, names that a model invented. */
  readonly notes: readonly string[];
  /** Points or votes by candidate, most first, where there were any; also of those that were not kept. */
  readonly votes?: Readonly<Record<string, number>>;
  /** The settings that the choice depends on, such as seed, rounds and model. Never a key. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** By value, the largest first; ties keep the order of `votes`. */
export const byVotes = (votes: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(votes).toSorted(([, a], [, b]) => b - a));
