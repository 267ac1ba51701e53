import { array } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { bootstrapped, type ReturnTensors } from "../agent/control-loss.ts";
import { twoLayers } from "../agent/network.ts";
import { createReturns, nStepReturns } from "../agent/returns.ts";
import { createRollout } from "../agent/rollout.ts";
import { replay } from "./replay.ts";

export interface ValueReplayOptions {
  /** Steps that are kept. Default 2000, the paper's; at least one rollout. */
  readonly frames?: number;
  /** Sequences an update, each as long as a rollout. Default 4. */
  readonly sequences?: number;
  /** γ. Default 0.99. */
  readonly discount?: number;
  /** Width of the hidden layer. Default 128. */
  readonly hidden?: number;
}

/**
 * Value regression on sequences drawn from recent experience, L_n = m 1/2 (V - sg G)², G the n-step return to the end of the sequence.
 *
 * Jaderberg et al., "Reinforcement Learning with Unsupervised Auxiliary Tasks", ICLR 2017, https://arxiv.org/abs/1611.05397. Our own reading:
 * the value has a head of its own, so that an auxiliary trains the shared network alone (the paper trains the critic's), and reads single
 * observations, past a memory.
 */
export const valueReplay =
  ({ frames = 2000, sequences = 4, discount = 0.99, hidden = 128 }: ValueReplayOptions = {}): MakeAuxiliary =>
  (setting) => {
    const { observation, encoded, steps, count } = setting;
    const random = setting.random("sequences");
    const kept = replay(setting, frames, random);
    const layers = twoLayers(encoded, hidden, 1);
    const drawn = createRollout({ ...setting, count: sequences });
    const learnt = steps * sequences;
    const returns = createReturns(drawn, 1);
    const alive = new Float32Array(learnt);
    const feed = {
      observations: array(drawn.observations, [learnt + sequences, ...observation.shape]),
      alive: array(alive),
      sums: array(returns.sums),
      discounts: array(returns.discounts),
      rows: array(returns.rows),
    };
    return {
      name: "value-replay",
      init: (stream) => layers.init(stream),
      feed(rollout) {
        kept.push(rollout);
        for (let s = 0; s < sequences; s++) {
          const first = random.integer(kept.rollouts) * (steps + 1) * count + random.integer(count);
          for (let t = 0; t <= steps; t++) {
            const from = first + t * count;
            const to = t * sequences + s;
            kept.copy(from, drawn.observations, to);
            drawn.rewards[to] = kept.rewards[from]!;
            drawn.terminated[to] = kept.terminated[from]!;
            drawn.truncated[to] = kept.truncated[from]!;
          }
        }
        nStepReturns(drawn, drawn.rewards.subarray(sequences), [discount], returns);
        for (let n = 0; n < learnt; n++) alive[n] = 1 - (drawn.terminated[n]! | drawn.truncated[n]!);
        return feed;
      },
      values(head, scene, given) {
        const { observations, alive: mask } = given as { observations: Tensor; alive: Tensor };
        const all = tf.reshape(layers.output(head, layers.hidden(head, scene.encode(observations))), [-1]);
        const error = tf.sub(tf.slice(all, [0], [learnt]), bootstrapped(given as ReturnTensors, all));
        return tf.mul(mask, tf.mul(0.5, tf.square(error))) as Tensor1D;
      },
      save: () => kept.save(),
      load: (saved) => kept.load(saved),
    };
  };
