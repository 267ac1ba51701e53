import { fromRules, type Saved } from "../environment/from-rules.ts";
import type { Environment, RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";

export interface MemoryChainOptions {
  readonly random: RandomSource;
  /** L: how long the bits must be remembered. Default 10. */
  readonly length?: number;
  /** How many bits; one of them is asked for. Default 1. */
  readonly bits?: number;
}

export interface MemoryChainState {
  /** 0 or 1 each. */
  context: number[];
  query: number;
  steps: number;
}

/**
 * Random bits are shown at the start, and L steps later one of them is asked for: the last action is worth 1 if it equals that bit
 * and -1 if not; all others are worth nothing. Without memory the expected return is 0.
 *
 * Observation [1 - t/L, query, bits]: the query's index at t = L - 1 only, the bits as -1 or 1 at t = 0 only. As in bsuite the
 * observation after the reset and that after the first action are both at t = 0, so that an episode has L + 1 actions.
 *
 * Osband et al., "Behaviour Suite for Reinforcement Learning", ICLR 2020, https://arxiv.org/abs/1908.03568.
 *
 * @throws RlGvfError `bad-option` unless length and bits are positive whole numbers.
 */
export function memoryChain({
  random,
  length = 10,
  bits = 1,
}: MemoryChainOptions): Environment<Saved<MemoryChainState>> {
  for (const [name, value] of Object.entries({ length, bits })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new RlGvfError(
      "bad-option",
      `The memory chain's ${name} is a positive whole number, not ${value}.`,
    );
  }
  return fromRules<MemoryChainState>(
    {
      name: "memory-chain",
      observation: { shape: [2 + bits], dtype: "float32", low: -1, high: Math.max(1, bits - 1) },
      actions: ["0", "1"],
      start: (source) => ({
        context: Array.from({ length: bits }, () => source.integer(2)),
        query: source.integer(bits),
        steps: 0,
      }),
      step(state, action) {
        state.steps++;
        const terminated = state.steps > length;
        const reward = terminated ? (action === state.context[state.query] ? 1 : -1) : 0;
        return { reward, terminated, truncated: false };
      },
      paint({ context, query, steps }, out, offset) {
        const time = Math.max(0, steps - 1);
        out[offset] = 1 - time / length;
        if (time === length - 1) out[offset + 1] = query;
        if (time === 0) for (const [i, bit] of context.entries()) out[offset + 2 + i] = 2 * bit - 1;
      },
    },
    random,
  );
}
