import { checkCount, checkLength, numerals, range, type SequenceTask, symbolAt } from "./task.ts";

/**
 * Counting up: the input is a first and a last number, the output all numbers from one to the other, N in all. Support: output t - 1 and
 * the input's last number; the first number for t = 0. Task of Zhou et al., "What Algorithms can Transformers Learn?", ICLR 2024,
 * https://arxiv.org/abs/2310.16028.
 *
 * @param options.symbols how many numbers there are. Default 100.
 * @throws OutriggerError `bad-option` if symbols is below 2.
 * Cost: O(N) an instance.
 */
export function counting({ symbols = 100 }: { symbols?: number } = {}): SequenceTask {
  checkCount("symbols", symbols, 2);
  const name = "counting";
  const solve = ([first, last]: readonly number[]): number[] => range(first!, last! + 1);
  return {
    name,
    describe: `N numbers of ${symbols}, from a first to a last one.`,
    alphabet: numerals(symbols),
    minimum: 1,
    inputLength: () => 2,
    outputLength: (length) => length,
    sample(random, length) {
      checkLength(name, length, 1, symbols);
      const first = random.integer(symbols - length + 1);
      const input = [first, first + length - 1];
      return { input, output: solve(input) };
    },
    solve,
    closed: false,
    sparse: {
      positional: false,
      support: (_, t) => (t === 0 ? { inputs: [0], outputs: [] } : { inputs: [1], outputs: [t - 1] }),
      next(context) {
        const last = context.outputs.at(-1);
        if (last === undefined) return symbolAt(context.inputs, 0);
        return last.symbol === context.inputs.at(-1)!.symbol ? "end" : last.symbol + 1;
      },
    },
  };
}
