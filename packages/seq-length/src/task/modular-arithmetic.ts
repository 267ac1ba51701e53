import { strings } from "../draw.ts";
import { checkLength, numerals, type SequenceTask } from "./task.ts";

const MODULUS = 5;
const [PLUS, MINUS, TIMES] = [5, 6, 7];

/**
 * The value mod 5 of numbers joined by +, - and ·, products first. N is the length of the expression; an even N gives one of N - 1.
 * Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098.
 *
 * Cost: O(N) an instance.
 */
export function modularArithmetic(): SequenceTask {
  const name = "modular-arithmetic";
  const odd = (length: number): number => length - 1 + (length % 2);
  const solve = (input: readonly number[]): number[] => {
    let sum = 0;
    let product = input[0]!;
    for (let i = 1; i < input.length; i += 2) {
      const [sign, number] = [input[i]!, input[i + 1]!];
      if (sign === TIMES) {
        product = (product * number) % MODULUS;
      } else {
        sum += product;
        product = sign === MINUS ? MODULUS - number : number;
      }
    }
    return [(sum + product) % MODULUS];
  };
  return {
    name,
    describe: "The value mod 5 of an expression of N symbols with +, - and ·.",
    alphabet: [...numerals(MODULUS), "+", "-", "·"],
    minimum: 1,
    inputLength: odd,
    outputLength: () => 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const numbers = strings(random, (odd(length) + 1) / 2, MODULUS);
      const input = numbers.flatMap((number, i) => (i === 0 ? [number] : [PLUS + random.integer(3), number]));
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    dense: "Every summand moves the answer, so no part of the input decides it.",
  };
}
