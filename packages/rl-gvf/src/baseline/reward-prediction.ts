import { array } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { twoLayers } from "../agent/network.ts";
import { observationSize } from "../environment.ts";
import { replay } from "./replay.ts";

export interface RewardPredictionOptions {
  /** Steps that are kept. Default 2000, the paper's; at least one rollout. */
  readonly frames?: number;
  /** Samples an update, half of them followed by a reward. Default 16. */
  readonly samples?: number;
  /** Width of the hidden layer. Default 128. */
  readonly hidden?: number;
}

/**
 * Is the next reward zero, positive or negative? Cross-entropy from three successive observations of recent experience; half of the
 * samples are followed by a reward and half are not, as long as there are such.
 *
 * Jaderberg et al., "Reinforcement Learning with Unsupervised Auxiliary Tasks", ICLR 2017, https://arxiv.org/abs/1611.05397. Ours: the number of
 * samples an update, and that the three lie in one rollout and one episode.
 */
export const rewardPrediction =
  ({ frames = 2000, samples = 16, hidden = 128 }: RewardPredictionOptions = {}): MakeAuxiliary =>
  (setting) => {
    const { observation, encoded, steps, count } = setting;
    const random = setting.random("samples");
    const kept = replay(setting, frames, random);
    const layers = twoLayers(3 * encoded, hidden, 3);
    // Three blocks, one a point in time.
    const seen = new Float32Array(3 * samples * observationSize(observation));
    const classes = new Float32Array(samples * 3);
    const feed = {
      observations: array(seen, [3 * samples, ...observation.shape]),
      classes: array(classes, [samples, 3]),
    };
    /** Rows that two of the same episode lead to and that a step follows, without and with a reward after it. */
    const candidates = (): [number[], number[]] => {
      const found: [number[], number[]] = [[], []];
      for (let r = 0; r < kept.rollouts; r++) {
        const first = r * (steps + 1) * count;
        for (let n = first + 2 * count; n < first + steps * count; n++) {
          const inside = kept.starts[n] === 0 && kept.starts[n - count] === 0;
          if (!inside || kept.terminated[n] === 1 || kept.truncated[n] === 1) continue;
          found[kept.rewards[n + count] === 0 ? 0 : 1].push(n);
        }
      }
      return found;
    };
    return {
      name: "reward-prediction",
      init: (stream) => layers.init(stream),
      feed(rollout) {
        kept.push(rollout);
        const [quiet, rewarded] = candidates();
        classes.fill(0);
        for (let s = 0; s < samples; s++) {
          const wanted = s % 2 === 0 ? rewarded : quiet;
          const from = wanted.length > 0 ? wanted : s % 2 === 0 ? quiet : rewarded;
          // Nothing to learn from: the row of classes stays 0, and so does the loss.
          if (from.length === 0) continue;
          const row = from[random.integer(from.length)]!;
          for (let t = 0; t < 3; t++) kept.copy(row - (2 - t) * count, seen, t * samples + s);
          const reward = kept.rewards[row + count]!;
          classes[3 * s + (reward === 0 ? 0 : reward > 0 ? 1 : 2)] = 1;
        }
        return feed;
      },
      values(head, scene, given) {
        const { observations, classes: wanted } = given as { observations: Tensor; classes: Tensor };
        const three = tf.concat(tf.split(scene.encode(observations), 3, 0), 1);
        const log = tf.logSoftmax(layers.output(head, layers.hidden(head, three)) as never);
        return tf.neg(tf.sum(tf.mul(log, wanted), 1)) as Tensor1D;
      },
      save: () => kept.save(),
      load: (saved) => kept.load(saved),
    };
  };
