import { strings } from "../draw.ts";
import { checkLength, numerals, range, type SequenceTask } from "./task.ts";

/**
 * The square root, rounded down, of a binary number of N bits, highest bit first; the answer has N / 2 bits, rounded up, highest first.
 * Found bit by bit: a bit stays if the square does not exceed the number. Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098.
 * Difference: the answer is filled up with zeros.
 *
 * Cost: O(N) products of integers of N bits an instance.
 */
export function computeSqrt(): SequenceTask {
  const name = "compute-sqrt";
  const solve = (input: readonly number[]): number[] => {
    const number = BigInt(`0b${input.join("")}`);
    let root = 0n;
    return range(0, Math.ceil(input.length / 2))
      .reverse()
      .map((bit) => {
        const tried = root + (1n << BigInt(bit));
        if (tried * tried > number) return 0;
        root = tried;
        return 1;
      });
  };
  return {
    name,
    describe: "The square root of a binary number of N bits, rounded down.",
    alphabet: numerals(2),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => Math.ceil(length / 2),
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, 2);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    dense: "A bit of the root compares the whole number with a square, so no part of the input decides it.",
  };
}
