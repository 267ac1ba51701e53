import { array, type NDArray } from "@outrigger/core";
import type { Batch } from "../environment/batch.ts";
import type { Episode } from "../environment/vector.ts";
import { observationSize } from "../environment.ts";
import type { Actor, Glance } from "./actor.ts";
import type { AgentEnvironments } from "./environments.ts";
import type { Network } from "./network.ts";
import { createRollout, type Rollout } from "./rollout.ts";

/** What a recurrent network is shown of a whole rollout. */
export interface RecurrentFeed {
  readonly [name: string]: NDArray;
  readonly previous: NDArray;
  readonly starts: NDArray;
  /** Before point 0, as it was when the point was acted on: older than the parameters. */
  readonly state: NDArray;
}

/** Plays the environments and fills one rollout after another. */
export interface Collector {
  readonly rollout: Rollout;
  readonly recurrent: RecurrentFeed | undefined;
  /** The first observations of all environments. */
  start(): Promise<void>;
  /** T steps of every environment; returns the episodes that ended. */
  collect(params: Parameters<Actor["look"]>[0]): Promise<Episode[]>;
  /** Makes point T the point 0 of the next rollout: call it when the rollout has been learnt from. */
  shift(): void;
  /** Views of what point 0 is. */
  arrays(): Record<string, Float32Array | Uint8Array>;
}

export interface CollectOptions {
  readonly environments: AgentEnvironments;
  readonly network: Network;
  readonly actor: Actor;
  readonly steps: number;
  readonly clipRewards: boolean;
  /** Chooses one action a row of the logits. */
  choose(logits: Float32Array, out: Int32Array): void;
}

export function collector(options: CollectOptions): Collector {
  const { environments, network, actor, steps, clipRewards } = options;
  const { count, observation } = environments;
  const actions = environments.actions.length;
  const size = observationSize(observation);
  const rollout = createRollout({ observation, actions, count, steps });
  const { observations, rewards, terminated, truncated, starts, taken } = rollout;
  const previous = new Float32Array((steps + 1) * count * (actions + 1));
  const now = new Float32Array(count * network.memory);
  const before = new Float32Array(now.length);
  const point = <A extends Float32Array | Uint8Array | Int32Array>(of: A, t: number, width = 1): A =>
    of.subarray(t * count * width, (t + 1) * count * width) as A;

  const batches = Array.from(
    { length: steps + 1 },
    (_, t): Batch => ({
      observations: point(observations, t, size),
      rewards: point(rewards, t),
      terminated: point(terminated, t),
      truncated: point(truncated, t),
    }),
  );
  const glances = Array.from(
    { length: steps },
    (_, t): Glance => ({
      observations: array(batches[t]!.observations as Float32Array, [count, ...observation.shape]),
      ...(network.memory > 0 && {
        recurrent: {
          previous: array(point(previous, t, actions + 1), [count, actions + 1]),
          starts: array(point(starts, t), [count, 1]),
          state: array(now, [count, network.memory]),
        },
      }),
    }),
  );
  const rows = (steps + 1) * count;
  const recurrent =
    network.memory > 0
      ? {
          previous: array(previous, [rows, actions + 1]),
          starts: array(starts, [rows, 1]),
          state: array(before, [count, network.memory]),
        }
      : undefined;

  /** What the network is told of the step that led to point t. */
  const remember = (t: number): void => {
    for (let n = t * count; n < (t + 1) * count; n++) {
      starts[n] = terminated[n - count]! | truncated[n - count]!;
      if (clipRewards) rewards[n] = Math.max(-1, Math.min(1, rewards[n]!));
      if (network.memory === 0) continue;
      previous.fill(0, n * (actions + 1), (n + 1) * (actions + 1));
      if (starts[n] === 1) continue;
      previous[n * (actions + 1) + taken[n - count]!] = 1;
      previous[n * (actions + 1) + actions] = rewards[n]!;
    }
  };
  return {
    rollout,
    recurrent,
    async start() {
      await environments.reset(batches[0]!);
      starts.fill(1, 0, count);
    },
    async collect(params) {
      before.set(now);
      const ended: Episode[] = [];
      for (let t = 0; t < steps; t++) {
        await actor.look(params, glances[t]!);
        now.set(actor.state);
        const chosen = point(taken, t);
        options.choose(actor.logits, chosen);
        const answer = environments.step(chosen, batches[t + 1]!);
        ended.push(...(answer instanceof Promise ? await answer : answer));
        remember(t + 1);
      }
      return ended;
    },
    shift() {
      for (const [of, width] of [
        [observations, size],
        [rewards, 1],
        [terminated, 1],
        [truncated, 1],
        [starts, 1],
        [previous, actions + 1],
      ] as const) {
        of.copyWithin(0, steps * count * width);
      }
    },
    arrays: () => ({
      observations: point(observations, 0, size),
      rewards: point(rewards, 0),
      terminated: point(terminated, 0),
      truncated: point(truncated, 0),
      starts: point(starts, 0),
      previous: point(previous, 0, actions + 1),
      memory: now,
    }),
  };
}
