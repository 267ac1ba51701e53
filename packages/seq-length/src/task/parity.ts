import { strings } from "../draw.ts";
import { checkLength, numerals, range, type SequenceTask, stepOf, symbolAt } from "./task.ts";

/**
 * Parity of N bits. With a scratchpad the output is the running parity y_t = y_{t-1} xor x_t, whose last entry is the answer; support:
 * output t - 1 and bit t. Without, the output is the answer alone, which depends on every bit: the negative control.
 *
 * @param options.scratchpad default true.
 * Cost: O(N) an instance. Source: own derivation.
 */
export function parity({ scratchpad = true }: { scratchpad?: boolean } = {}): SequenceTask {
  const name = scratchpad ? "parity-running" : "parity-check";
  const solve = (input: readonly number[]): number[] => {
    let sum = 0;
    const running = input.map((bit) => (sum ^= bit));
    return scratchpad ? running : [sum];
  };
  return {
    name,
    describe: scratchpad ? "The parity of the first 1, 2, …, N bits." : "The parity of N bits.",
    alphabet: numerals(2),
    minimum: 1,
    inputLength: (length) => length,
    outputLength: (length) => (scratchpad ? length : 1),
    sample(random, length) {
      checkLength(name, length, 1);
      const input = strings(random, length, 2);
      return { input, output: solve(input) };
    },
    solve,
    closed: true,
    ...(scratchpad
      ? {
          sparse: {
            positional: true,
            support: (input, t) => ({
              inputs: t < input.length ? [t] : [],
              outputs: t === 0 || t === input.length ? [] : [t - 1],
            }),
            next(context) {
              const t = stepOf(context);
              if (t === context.length) return "end";
              return symbolAt(context.inputs, t) ^ (t === 0 ? 0 : symbolAt(context.outputs, t - 1));
            },
          },
          coupling: {
            ids: ({ input: { length } }) => ({
              inputs: range(2, length + 2),
              separator: 1,
              outputs: range(2, length + 3),
            }),
            known: true,
          },
        }
      : { dense: "Every bit changes the answer, so no part of the input decides it." }),
  };
}

/** The parity of a binary string, as in Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098. */
export const parityCheck = (): SequenceTask => parity({ scratchpad: false });
