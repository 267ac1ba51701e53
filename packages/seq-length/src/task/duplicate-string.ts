import { strings } from "../draw.ts";
import { checkLength, numerals, range, type SequenceTask, stepOf, symbolAt } from "./task.ts";

/**
 * w → w w for a binary string w of length N. Support of output t: input t mod N. Delétang et al., ICLR 2023,
 * https://arxiv.org/abs/2207.02098.
 *
 * Cost: O(N) an instance.
 */
export function duplicateString(): SequenceTask {
  const name = "duplicate-string";
  const solve = (input: readonly number[]): number[] => [...input, ...input];
  return {
    name,
    describe: "N bits twice over.",
    alphabet: numerals(2),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => 2 * length,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, 2);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    sparse: {
      positional: true,
      support: ({ length }, t) => ({ inputs: t < 2 * length ? [t % length] : [], outputs: [] }),
      next(context) {
        const t = stepOf(context);
        return t < 2 * context.length ? symbolAt(context.inputs, t % context.length) : "end";
      },
    },
    coupling: {
      ids: ({ input: { length } }) => ({
        inputs: range(2, length + 2),
        separator: 1,
        outputs: [...range(2, length + 2), ...range(2, length + 3)],
      }),
      known: true,
    },
  };
}
