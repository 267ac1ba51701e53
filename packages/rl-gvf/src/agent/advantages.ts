import { RlGvfError } from "../error.ts";
import type { Rollout } from "./rollout.ts";

export interface AdvantageOptions {
  /** γ. */
  readonly discount: number;
  /** λ: 0 is one step of temporal differences, 1 the n-step return to the end of the rollout. */
  readonly lambda: number;
}

/**
 * Generalised advantage estimates of the rows of a rollout, A_t = δ_t + γ λ c_{t+1} A_{t+1}, δ_t = r_{t+1} + γ m_{t+1} V(s_{t+1}) - V(s_t).
 * m is 0 where the episode terminated; c is 0 there, where it was cut off and at the end of the rollout, so that after a cut the value of its
 * last state is what follows. Rows of last states are written too, and mean nothing.
 *
 * Schulman, Moritz, Levine, Jordan and Abbeel, "High-Dimensional Continuous Control Using Generalized Advantage Estimation", ICLR 2016,
 * https://arxiv.org/abs/1506.02438.
 *
 * @param values V of all points, [(T + 1) · B]. @param out [T · B].
 * @throws RlGvfError `shape` if a length does not fit. Cost: O(T · B).
 */
export function generalisedAdvantages(
  { steps, count, rewards, terminated, truncated }: Rollout,
  values: ArrayLike<number>,
  { discount, lambda }: AdvantageOptions,
  out: Float32Array,
): void {
  const learnt = steps * count;
  if (values.length !== learnt + count || out.length !== learnt) {
    throw new RlGvfError(
      "shape",
      `${learnt} rows need ${learnt + count} values and ${learnt} advantages, not ${values.length} and ${out.length}.`,
    );
  }
  for (let n = learnt - 1; n >= 0; n--) {
    const next = n + count;
    const over = terminated[next] === 1;
    const last = over || truncated[next] === 1 || next >= learnt;
    const error = rewards[next]! + (over ? 0 : discount * values[next]!) - values[n]!;
    out[n] = error + (last ? 0 : discount * lambda * out[next]!);
  }
}
