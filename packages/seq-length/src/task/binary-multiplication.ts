import { between, strings } from "../draw.ts";
import { checkLength, numerals, range, type SequenceTask } from "./task.ts";

const TIMES = 2;

/**
 * a · b in binary, lowest bit first, operands of random lengths, N symbols with the sign; the answer has as many bits as both operands.
 * Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. Difference: the answer is filled up with zeros.
 *
 * Cost: O(N²) an instance.
 */
export function binaryMultiplication(): SequenceTask {
  const name = "binary-multiplication";
  const solve = (input: readonly number[]): number[] => {
    const sign = input.indexOf(TIMES);
    const second = input.slice(sign + 1);
    const columns = range(0, input.length - 1).map(() => 0);
    for (let i = 0; i < sign; i++) {
      if (input[i] === 1) for (const [j, bit] of second.entries()) columns[i + j]! += bit;
    }
    let carry = 0;
    return columns.map((count) => {
      const sum = count + carry;
      carry = sum >> 1;
      return sum & 1;
    });
  };
  return {
    name,
    describe: "a · b in binary, lowest bit first; N - 1 bits in both operands and in the answer.",
    alphabet: [...numerals(2), "·"],
    minimum: 3,
    inputLength: (length) => length,
    outputLength: (length) => length - 1,
    sample(random, length) {
      checkLength(name, length, 3);
      const first = between(random, 1, length - 2);
      const input = [...strings(random, first, 2), TIMES, ...strings(random, length - 1 - first, 2)];
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    dense:
      "Bit t needs all bits up to t of both operands and a carry of up to log2 N bits that no output shows.",
  };
}
