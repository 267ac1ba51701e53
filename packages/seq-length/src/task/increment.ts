import { strings } from "../draw.ts";
import { checkCount, checkLength, numerals, range, type SequenceTask, stepOf, symbolAt } from "./task.ts";

/**
 * x + 1 for a number of N digits, lowest digit first; the answer has N + 1 digits, the highest 0 but for x = 99…9.
 *
 * Output t = (x_t + c_t) mod base with c_0 = 1 and, after that, c_t = 1 exactly if digit t - 1 went from base - 1 to 0. Support: digits t
 * and t - 1 and output t - 1. Half of the numbers drawn begin with a run of base - 1 of random length, or carries would be rare.
 *
 * @param options.base default 10.
 * @throws OutriggerError `bad-option` if base is below 2.
 * Cost: O(N) an instance. Source: own derivation after the increment task of Awasthi and Gupta, 2023, https://arxiv.org/abs/2310.00726.
 */
export function increment({ base = 10 }: { base?: number } = {}): SequenceTask {
  checkCount("base", base, 2);
  const name = "increment";
  const solve = (input: readonly number[]): number[] => {
    let carry = 1;
    const digits = input.map((digit) => {
      const sum = digit + carry;
      carry = sum === base ? 1 : 0;
      return sum % base;
    });
    return [...digits, carry];
  };
  return {
    name,
    describe: `x + 1 for N digits to base ${base}, lowest first; the answer has N + 1 digits.`,
    alphabet: numerals(base),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => length + 1,
    sample(random, length) {
      checkLength(name, length, 1);
      const run = random.integer(2) === 0 ? 0 : random.integer(length + 1);
      const input = strings(random, length, base).map((digit, i) => (i < run ? base - 1 : digit));
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    sparse: {
      positional: true,
      support: (input, t) => ({
        inputs: t > input.length ? [] : range(Math.max(0, t - 1), Math.min(t + 1, input.length)),
        outputs: t === 0 || t > input.length ? [] : [t - 1],
      }),
      next(context) {
        const t = stepOf(context);
        if (t > context.length) return "end";
        const carried = () =>
          symbolAt(context.inputs, t - 1) === base - 1 && symbolAt(context.outputs, t - 1) === 0;
        const carry = t === 0 || carried() ? 1 : 0;
        return t === context.length ? carry : (symbolAt(context.inputs, t) + carry) % base;
      },
    },
    coupling: {
      ids: ({ input: { length } }) => ({
        inputs: range(2, length + 2),
        separator: 1,
        outputs: range(2, length + 4),
      }),
      known: true,
    },
  };
}
