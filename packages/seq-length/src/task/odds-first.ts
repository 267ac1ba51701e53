import { strings } from "../draw.ts";
import { checkLength, numerals, range, type SequenceTask, stepOf, symbolAt } from "./task.ts";

/**
 * The bits at indices 1, 3, 5, … and then those at 0, 2, 4, …, counted from 0. Support of output t: the input that it copies. Delétang et
 * al., ICLR 2023, https://arxiv.org/abs/2207.02098; their text counts from 1, this is the order of their code.
 *
 * Cost: O(N) an instance.
 */
export function oddsFirst(): SequenceTask {
  const name = "odds-first";
  const source = (length: number, t: number): number => {
    const odds = Math.floor(length / 2);
    return t < odds ? 2 * t + 1 : 2 * (t - odds);
  };
  const solve = (input: readonly number[]): number[] => input.map((_, t) => input[source(input.length, t)]!);
  return {
    name,
    describe: "N bits, those at odd indices first.",
    alphabet: numerals(2),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => length,
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, 2);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    sparse: {
      positional: true,
      support: ({ length }, t) => ({ inputs: t < length ? [source(length, t)] : [], outputs: [] }),
      next(context) {
        const t = stepOf(context);
        return t < context.length ? symbolAt(context.inputs, source(context.length, t)) : "end";
      },
    },
    coupling: {
      ids: ({ input: { length } }) => ({
        inputs: range(2, length + 2),
        separator: 1,
        outputs: [...range(0, length).map((t) => source(length, t) + 2), 1],
      }),
      known: true,
    },
  };
}
