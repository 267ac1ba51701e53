import { OutriggerError } from "@outrigger/core/error";
import { strings } from "../draw.ts";
import { checkLength, numerals, type SequenceTask, stepOf, symbolAt } from "./task.ts";

const MISSING = 2;

/**
 * The bit that is missing from w w. N is the length of w w; an odd N gives one of N - 1. Support: the gap and the bit half the input away
 * from it. Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. Difference: no padding for an odd N.
 *
 * Cost: O(N) an instance.
 */
export function missingDuplicate(): SequenceTask {
  const name = "missing-duplicate";
  const even = (length: number): number => length - (length % 2);
  const partner = (gap: number, length: number): number => (gap + length / 2) % length;
  const solve = (input: readonly number[]): number[] => [
    input[partner(input.indexOf(MISSING), input.length)]!,
  ];
  return {
    name,
    describe: "The bit that is missing from a string of N / 2 bits twice over.",
    alphabet: [...numerals(2), "?"],
    minimum: 2,
    inputLength: even,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 2);
      const half = strings(random, even(length) / 2, 2);
      const whole = [...half, ...half];
      const input = whole.with(random.integer(whole.length), MISSING);
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    sparse: {
      positional: true,
      support(input, t) {
        const gap = input.indexOf(MISSING);
        const inputs = t === 0 ? [gap, partner(gap, input.length)].sort((a, b) => a - b) : [];
        return { inputs, outputs: [] };
      },
      next(context) {
        if (stepOf(context) > 0) return "end";
        const gap = context.inputs.find(({ symbol }) => symbol === MISSING);
        if (gap === undefined)
          throw new OutriggerError("bad-data", "The context has no gap; keep the rule's whole support.");
        return symbolAt(context.inputs, partner(gap.at, context.length));
      },
    },
  };
}
