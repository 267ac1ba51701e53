import { strings } from "../draw.ts";
import { checkCount, checkLength, numerals, type SequenceTask } from "./task.ts";

/**
 * The most frequent of N items, the smallest of those that tie. Task of Zhou et al., "What Algorithms can Transformers Learn?", ICLR 2024,
 * https://arxiv.org/abs/2310.16028.
 *
 * @param options.symbols how many symbols there are. Default 10.
 * @throws OutriggerError `bad-option` if symbols is below 2.
 * Cost: O(N + symbols) an instance.
 */
export function mode({ symbols = 10 }: { symbols?: number } = {}): SequenceTask {
  checkCount("symbols", symbols, 2);
  const name = "mode";
  const solve = (input: readonly number[]): number[] => {
    const counts = Array.from({ length: symbols }, () => 0);
    for (const symbol of input) counts[symbol]! += 1;
    return [counts.indexOf(Math.max(...counts))];
  };
  return {
    name,
    describe: `The most frequent of N items of ${symbols} symbols, the smallest if several are.`,
    alphabet: numerals(symbols),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, symbols);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    dense: "It takes the counts of all symbols, so no part of the input decides it.",
  };
}
