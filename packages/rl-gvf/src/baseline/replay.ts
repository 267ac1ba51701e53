import type { Random } from "@outrigger/core/random";
import type { Rollout, RolloutShape } from "../agent/rollout.ts";
import type { ObservationBuffer } from "../environment.ts";
import { observationSize } from "../environment.ts";

/** The last rollouts, whole: what `rows` tells apart are rows of all of them, rollout by rollout. */
export interface Replay {
  /** Rollouts that are kept now. */
  readonly rollouts: number;
  push(rollout: Rollout): void;
  /** Copies the observation of a row to place `to` of a buffer of observations. */
  copy(row: number, out: Float32Array, to: number): void;
  readonly rewards: Float32Array;
  readonly terminated: Float32Array;
  readonly truncated: Float32Array;
  readonly starts: Float32Array;
  save(): {
    readonly arrays: Record<string, Float32Array>;
    readonly state: { pushed: number; random: number[] };
  };
  load(saved: { readonly arrays: Readonly<Record<string, Float32Array>>; readonly state: unknown }): void;
}

/**
 * Keeps the rollouts that `frames` fit into, at least one; the oldest gives way. A row of it is (rollout, time, environment), as in a
 * rollout. Bytes stay bytes.
 *
 * @param random what its rows are drawn with: it is saved and loaded with them.
 */
export function replay({ observation, count, steps }: RolloutShape, frames: number, random: Random): Replay {
  const size = observationSize(observation);
  const rows = (steps + 1) * count;
  const capacity = Math.max(1, Math.floor(frames / (steps * count)));
  const values = capacity * rows * size;
  const observations: ObservationBuffer =
    observation.dtype === "uint8" ? new Uint8Array(values) : new Float32Array(values);
  const column = (): Float32Array => new Float32Array(capacity * rows);
  const columns = { rewards: column(), terminated: column(), truncated: column(), starts: column() };
  let pushed = 0;
  return {
    get rollouts() {
      return Math.min(pushed, capacity);
    },
    ...columns,
    push(rollout) {
      const at = (pushed++ % capacity) * rows;
      observations.set(rollout.observations, at * size);
      for (const [name, into] of Object.entries(columns)) into.set(rollout[name as keyof typeof columns], at);
    },
    copy(row, out, to) {
      out.set(observations.subarray(row * size, (row + 1) * size), to * size);
    },
    save: () => ({
      arrays: { observations: Float32Array.from(observations), ...columns },
      state: { pushed, random: random.state },
    }),
    load({ arrays, state }) {
      observations.set(arrays["observations"]!);
      for (const [name, into] of Object.entries(columns)) into.set(arrays[name]!);
      const from = state as { pushed: number; random: number[] };
      pushed = from.pushed;
      random.state = from.random;
    },
  };
}
