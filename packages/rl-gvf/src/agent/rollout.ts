import type { ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";

export interface RolloutShape {
  readonly observation: ObservationSpace;
  /** A. */
  readonly actions: number;
  /** B: environments. */
  readonly count: number;
  /** T: steps an update. */
  readonly steps: number;
}

/**
 * What T steps of B environments gave, T + 1 points in time; row t · B + b is point t of environment b. Point 0 is point T of the
 * rollout before. Rows 0 … T · B - 1 are learnt from; from row n leads the transition to row n + B.
 */
export interface Rollout extends RolloutShape {
  /** [(T + 1) · B, …observation]. */
  readonly observations: Float32Array;
  /** The reward that came with the observation, as the learner sees it, [(T + 1) · B]. */
  readonly rewards: Float32Array;
  /** 1 where the observation is the last of an episode that terminated, [(T + 1) · B]. */
  readonly terminated: Uint8Array;
  /** 1 where it is the last of an episode that was cut off, [(T + 1) · B]. */
  readonly truncated: Uint8Array;
  /** 1 where it is the first of an episode, [(T + 1) · B]. */
  readonly starts: Float32Array;
  /** The action taken at the observation, [T · B]. */
  readonly taken: Int32Array;
}

/** Buffers of zeros. */
export function createRollout(shape: RolloutShape): Rollout {
  const { observation, count, steps } = shape;
  const rows = (steps + 1) * count;
  return {
    ...shape,
    observations: new Float32Array(rows * observationSize(observation)),
    rewards: new Float32Array(rows),
    terminated: new Uint8Array(rows),
    truncated: new Uint8Array(rows),
    starts: new Float32Array(rows),
    taken: new Int32Array(steps * count),
  };
}
