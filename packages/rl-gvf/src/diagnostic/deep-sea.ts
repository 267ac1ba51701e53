import { Random } from "@outrigger/core/random";
import { fromRules, type Saved } from "../environment/from-rules.ts";
import type { Environment, RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";

export interface DeepSeaOptions {
  readonly random: RandomSource;
  /** N: rows, columns and steps. Default 10. */
  readonly size?: number;
  /** `right` succeeds with probability 1 - 1/N, and both ends of the last row add a standard normal reward. Default false. */
  readonly stochastic?: boolean;
  /** Which of the two actions is `right` is drawn for every cell, once and for all, from this seed. Default 42, as in bsuite. */
  readonly mappingSeed?: number;
}

export interface DeepSeaState {
  row: number;
  column: number;
}

/**
 * A diver sinks one row a step through N × N cells and drifts left or right; right costs 0.01/N, and right in the last column, which
 * only N times right reaches, is worth 1: the best return is 0.99. Random actions find it in one of 2^N episodes.
 *
 * The observation is the cell, one-hot, and all zero at the end. N below 2 has no choice to explore.
 *
 * Osband et al., "Behaviour Suite for Reinforcement Learning", ICLR 2020, https://arxiv.org/abs/1908.03568. Difference: the action
 * mapping comes from our random stream, not from NumPy's.
 *
 * @throws RlGvfError `bad-option` unless the size is a whole number from 2 to 1000.
 */
export function deepSea({
  random,
  size = 10,
  stochastic = false,
  mappingSeed = 42,
}: DeepSeaOptions): Environment<Saved<DeepSeaState>> {
  if (!Number.isInteger(size) || size < 2 || size > 1000) {
    throw new RlGvfError("bad-option", `Deep sea's size is a whole number from 2 to 1000, not ${size}.`, {
      size,
    });
  }
  const drawn = Random.seeded(mappingSeed, "deep-sea/mapping");
  const rightAction = Uint8Array.from({ length: size * size }, () => drawn.integer(2));
  const last = size - 1;
  return fromRules<DeepSeaState>(
    {
      name: stochastic ? "deep-sea/stochastic" : "deep-sea",
      observation: { shape: [size, size, 1], dtype: "uint8", low: 0, high: 1 },
      actions: ["0", "1"],
      start: () => ({ row: 0, column: 0 }),
      step(state, action, source) {
        const { row, column } = state;
        let reward = 0;
        if (stochastic && row === last && (column === 0 || column === last)) reward += source.normal();
        if (action === rightAction[row * size + column]) {
          if (column === last) reward += 1;
          reward -= 0.01 / size;
          if (!stochastic || source.uniform() >= 1 / size) state.column = Math.min(last, column + 1);
        } else state.column = Math.max(0, column - 1);
        state.row++;
        return { reward, terminated: state.row === size, truncated: false };
      },
      paint({ row, column }, out, offset) {
        if (row < size) out[offset + row * size + column] = 1;
      },
    },
    random,
  );
}
