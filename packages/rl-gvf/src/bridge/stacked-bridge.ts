import type { AgentEnvironments } from "../agent/environments.ts";
import { type Batch, createBatch } from "../environment/batch.ts";
import { frameStack } from "../environment/frame-stack.ts";
import type { Bridge } from "./bridge.ts";

/**
 * A bridge to Atari as an agent's environments: observations are the last `depth` frames, zeros before the start of an episode, and a
 * reset is seeded. Its emulators cannot be saved: an agent in it does not resume bit for bit.
 *
 * @throws RlGvfError `shape` unless frames are [height, width, 1] bytes.
 */
export function stackedBridge(bridge: Bridge, seed: number, depth = 4): AgentEnvironments {
  const { count } = bridge;
  const stack = frameStack(bridge, depth);
  const frames = createBatch(bridge);
  const restarted = new Uint8Array(count).fill(1);
  const show = (batch: Batch): void => {
    stack.push(frames.observations, restarted);
    batch.observations.set(stack.stacked);
    batch.rewards.set(frames.rewards);
    batch.terminated.set(frames.terminated);
    batch.truncated.set(frames.truncated);
    for (let i = 0; i < count; i++) restarted[i] = frames.terminated[i]! | frames.truncated[i]!;
  };
  return {
    name: bridge.name,
    count,
    observation: stack.observation,
    actions: bridge.actions,
    autoreset: bridge.autoreset,
    async reset(batch) {
      await bridge.reset(seed, frames);
      restarted.fill(1);
      show(batch);
    },
    async step(actions, batch) {
      const games = await bridge.step(actions, frames);
      show(batch);
      return games;
    },
  };
}
