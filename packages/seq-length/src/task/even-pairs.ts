import { strings } from "../draw.ts";
import { checkLength, numerals, type SequenceTask, symbolAt } from "./task.ts";

/**
 * Whether the pairs 01 and 10 in a binary string are odd in number (1) or even (0). That is so exactly if the first and the last bit
 * differ, which are the support. Delétang et al., "Neural Networks and the Chomsky Hierarchy", ICLR 2023, https://arxiv.org/abs/2207.02098.
 *
 * Cost: O(N) an instance.
 */
export function evenPairs(): SequenceTask {
  const name = "even-pairs";
  const solve = (input: readonly number[]): number[] => [input.at(0)! ^ input.at(-1)!];
  return {
    name,
    describe: "Whether the pairs 01 and 10 among N bits are odd in number.",
    alphabet: numerals(2),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, 2);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    sparse: {
      positional: false,
      support: (input, t) => ({ inputs: t === 1 ? [] : [...new Set([0, input.length - 1])], outputs: [] }),
      next: ({ length, inputs, outputs }) =>
        outputs.length > 0 ? "end" : symbolAt(inputs, 0) ^ symbolAt(inputs, length - 1),
    },
  };
}
