import { numerals, range, type SequenceTask } from "./task.ts";
import { checkKey, type WindowKey, walkRule, windowUnique } from "./window-key.ts";

export interface ReversalOptions {
  /** How many symbols there are. Default 50. */
  symbols?: number;
  /** How the rule finds its place: see `WindowKey`. Default 1: distinct items. */
  key?: WindowKey;
  name?: string;
}

/**
 * Reversal. Distinct items (key 1): output t is the item before the source of output t - 1, the last item for t = 0, the end after the
 * first. Support: output t - 1, its source, the source of output t. With repeats the last m outputs find the place (key m), or output t
 * is item N - 1 - t, which takes arithmetic on position ids (key "position").
 *
 * @throws OutriggerError `bad-option` if symbols is below 2 or key below 1.
 * Cost: O(N) an instance; O(N · symbols) with a key above 1. Source: own derivation.
 */
export function reversal({
  symbols = 50,
  key = 1,
  name = key === 1 ? "reverse" : "reverse-repeats",
}: ReversalOptions = {}): SequenceTask {
  checkKey(symbols, key);
  const solve = (input: readonly number[]): number[] => [...input].reverse();
  return {
    name,
    describe: `N ${key === 1 ? "distinct " : ""}items of ${symbols} symbols from the last to the first.`,
    alphabet: numerals(symbols),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => length,
    sample(random, length) {
      const input = windowUnique(random, name, length, symbols, key);
      return { input, output: solve(input) };
    },
    solve,
    closed: key === 1 || key === "position",
    sparse: walkRule(-1, key),
    coupling: {
      ids: ({ input: { length } }) => ({
        inputs: range(2, length + 2),
        separator: length + 2,
        outputs: range(1, length + 2).reverse(),
      }),
      known: true,
    },
  };
}

/** Reversal of a binary string, as in Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. */
export const reverseString = (): SequenceTask =>
  reversal({ symbols: 2, key: "position", name: "reverse-string" });
