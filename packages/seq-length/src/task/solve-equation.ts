import { EXPRESSION, evaluate, expression, MODULUS } from "./bracket-expression.ts";
import { checkLength, range, type SequenceTask } from "./task.ts";

const UNKNOWN = EXPRESSION.length;
const EQUALS = UNKNOWN + 1;

/**
 * x from "expression = value" mod 5, where x stands for one of the expression's numbers. Brackets, + and -, no ·, so that x occurs with
 * a factor of ±1 and there is one solution. N is the length of expression, "=" and value together. Delétang et al., ICLR 2023,
 * https://arxiv.org/abs/2207.02098.
 *
 * Cost: O(N²) an instance at worst.
 */
export function solveEquation(): SequenceTask {
  const name = "solve-equation";
  const solve = (input: readonly number[]): number[] => {
    const value = input.at(-1)!;
    const left = input.slice(0, -2);
    const holds = (x: number) => evaluate(left.map((symbol) => (symbol === UNKNOWN ? x : symbol))) === value;
    return range(0, MODULUS).filter(holds);
  };
  return {
    name,
    describe: "x mod 5 from an equation of N symbols with brackets, + and -.",
    alphabet: [...EXPRESSION, "x", "="],
    minimum: 3,
    inputLength: (length) => length,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 3);
      const left = expression(random, length - 2, 2);
      const numbers = [...left.keys()].filter((i) => left[i]! < MODULUS);
      const hidden = numbers[random.integer(numbers.length)]!;
      const input = [...left.with(hidden, UNKNOWN), EQUALS, evaluate(left)];
      return { input, output: [left[hidden]!] };
    },
    solve,
    closed: false,
    dense: "Every number of the equation moves the answer, so no part of the input decides it.",
  };
}
