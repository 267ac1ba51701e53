import { EXPRESSION, evaluate, expression } from "./bracket-expression.ts";
import { checkLength, type SequenceTask } from "./task.ts";

/**
 * The value mod 5 of an expression of N symbols with brackets, +, - and ·. Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098.
 *
 * Cost: O(N²) an instance at worst, when brackets nest to depth N.
 */
export function modularArithmeticBrackets(): SequenceTask {
  const name = "modular-arithmetic-brackets";
  const solve = (input: readonly number[]): number[] => [evaluate(input)];
  return {
    name,
    describe: "The value mod 5 of an expression of N symbols with brackets, +, - and ·.",
    alphabet: EXPRESSION,
    minimum: 1,
    inputLength: (length) => length,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = expression(random, length, 3);
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    dense:
      "Every number that is not multiplied by 0 moves the answer, and which ones are takes the whole expression.",
  };
}
