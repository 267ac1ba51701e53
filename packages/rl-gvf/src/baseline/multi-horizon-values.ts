import { array } from "@outrigger/core";
import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { bootstrapped, type ReturnTensors } from "../agent/control-loss.ts";
import { twoLayers } from "../agent/network.ts";
import { createReturns, nStepReturns } from "../agent/returns.ts";
import { RlGvfError } from "../error.ts";

export interface MultiHorizonOptions {
  /** γ_1 … γ_H. Default: ten whose horizons 1/(1 - γ) are 2 to 100, in equal ratios. */
  readonly discounts?: readonly number[];
  /** Width of the hidden layer. Default 128. */
  readonly hidden?: number;
}

const tenHorizons = Array.from({ length: 10 }, (_, j) => 1 - 1 / (2 * 50 ** (j / 9)));

/**
 * The reward's discounted sums for several horizons on one head, by n-step returns to the end of the rollout:
 *
 *     L_n = m 1/H Σ_j 1/2 (V_j - sg G^j)², G^j_t = r_{t+1} + γ_j m_{t+1} G^j_{t+1}, G^j_T = V_j(s_T).
 *
 * Fedus, Gelada, Bengio, Bellemare and Larochelle, "Hyperbolic Discounting and Learning over Multiple Horizons", 2019,
 * https://arxiv.org/abs/1902.06865. The number of horizons and their spacing in Zheng et al.'s comparison could not be found: these are ours.
 *
 * @throws RlGvfError `bad-option` unless every discount is at least 0 and below 1.
 */
export const multiHorizonValues =
  ({ discounts = tenHorizons, hidden = 128 }: MultiHorizonOptions = {}): MakeAuxiliary =>
  ({ features, steps, count }) => {
    const wrong = discounts.find((discount) => !(discount >= 0 && discount < 1));
    if (wrong !== undefined || discounts.length === 0) {
      throw new RlGvfError(
        "bad-option",
        `Horizons need discounts from 0 to below 1, not [${discounts.join(", ")}].`,
      );
    }
    const width = discounts.length;
    const layers = twoLayers(features, hidden, width);
    const learnt = steps * count;
    const returns = createReturns({ steps, count }, width);
    const rewards = new Float32Array(learnt * width);
    const feed = {
      sums: array(returns.sums, [learnt, width]),
      discounts: array(returns.discounts, [learnt, width]),
      rows: array(returns.rows, [learnt]),
    };
    return {
      name: "multi-horizon-values",
      init: (random) => layers.init(random),
      feed(rollout) {
        for (let n = 0; n < learnt; n++)
          rewards.fill(rollout.rewards[n + count]!, n * width, (n + 1) * width);
        nStepReturns(rollout, rewards, discounts, returns);
        return feed;
      },
      values(head, scene, given) {
        const all = layers.output(head, layers.hidden(head, scene.features));
        const error = tf.sub(
          tf.slice(all, [0, 0], [learnt, width]),
          bootstrapped(given as ReturnTensors, all),
        );
        return tf.mul(scene.alive, tf.mean(tf.mul(0.5, tf.square(error)), 1)) as Tensor1D;
      },
    };
  };
