import { RlGvfError } from "../error.ts";
import type { Rollout } from "./rollout.ts";

/** K returns of every row of a rollout, without the values that they end in: G = sum + discount · V[row]. */
export interface Returns {
  /** Discounted rewards, [T · B, K]. */
  readonly sums: Float32Array;
  /** [T · B, K]. */
  readonly discounts: Float32Array;
  /** The row whose value is bootstrapped from, [T · B]. */
  readonly rows: Int32Array;
}

export const createReturns = (
  { steps, count }: Pick<Rollout, "steps" | "count">,
  width: number,
): Returns => ({
  sums: new Float32Array(steps * count * width),
  discounts: new Float32Array(steps * count * width),
  rows: new Int32Array(steps * count),
});

/**
 * The n-step returns to the end of a rollout, G_t = r_{t+1} + γ m_{t+1} G_{t+1}, G_T = V(s_T), split into what is known and what the value
 * function will say: G = sum + discount · V[row]. m is 0 where the episode terminated; where it was cut off G is the value of its
 * last state. Rows of last states are written too, and mean nothing.
 *
 * Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (the authors' code, which takes a cut for an end).
 *
 * @param rewards that of the transition from every row, [T · B, K].
 * @param gammas K discounts.
 * @throws RlGvfError `shape` if a length does not fit. Cost: O(T · B · K).
 */
export function nStepReturns(
  { steps, count, terminated, truncated }: Rollout,
  rewards: ArrayLike<number>,
  gammas: readonly number[],
  { sums, discounts, rows }: Returns,
): void {
  const width = gammas.length;
  const learnt = steps * count;
  if (rewards.length !== learnt * width || sums.length !== learnt * width) {
    throw new RlGvfError(
      "shape",
      `${learnt} rows with ${width} returns need ${learnt * width} rewards and sums, not ${rewards.length} and ${sums.length}.`,
    );
  }
  for (let n = learnt - 1; n >= 0; n--) {
    const next = n + count;
    const over = terminated[next] === 1;
    const last = over || truncated[next] === 1 || next >= learnt;
    rows[n] = last ? next : rows[next]!;
    for (let k = 0; k < width; k++) {
      const i = n * width + k;
      const after = next * width + k;
      const gamma = gammas[k]!;
      sums[i] = last ? rewards[i]! : rewards[i]! + gamma * sums[after]!;
      discounts[i] = over ? 0 : last ? gamma : gamma * discounts[after]!;
    }
  }
}
