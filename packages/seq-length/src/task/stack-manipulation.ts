import { between, strings } from "../draw.ts";
import { checkLength, numerals, type SequenceTask } from "./task.ts";

const POP = 2;

/**
 * A stack of bits, bottom first, then actions "pop", "push 0" and "push 1", N symbols together; the answer is the stack at the end, top
 * first. Popping an empty stack leaves it empty. Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. Difference: the end token
 * stands where theirs has a terminator and zeros.
 *
 * Cost: O(N) an instance.
 */
export function stackManipulation(): SequenceTask {
  const name = "stack-manipulation";
  const solve = (input: readonly number[]): number[] => {
    const stack: number[] = [];
    for (const symbol of input) {
      if (symbol === POP) stack.pop();
      else stack.push(symbol > POP ? symbol - POP - 1 : symbol);
    }
    return stack.reverse();
  };
  return {
    name,
    describe:
      "What is left of a stack of bits after pops and pushes, top first; N symbols of stack and actions.",
    alphabet: [...numerals(2), "pop", "push0", "push1"],
    minimum: 2,
    inputLength: (length) => length,
    outputLength: (length) => length,
    sample(random, length) {
      checkLength(name, length, 2);
      const height = between(random, 1, length - 1);
      const actions = strings(random, length - height, 3).map((action) => POP + action);
      const input = [...strings(random, height, 2), ...actions];
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    dense:
      "Which bit is on top follows from the count of all actions after it, so no part of the input decides it.",
  };
}
