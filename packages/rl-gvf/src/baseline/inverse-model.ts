import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { twoLayers } from "../agent/network.ts";

/**
 * Which action led from one state to the next? L_n = -m log p(a_t | s_t, s_{t+1}), p a softmax on a hidden layer over both states' features.
 *
 * Pathak, Agrawal, Efros and Darrell, "Curiosity-driven Exploration by Self-supervised Prediction", ICML 2017,
 * https://arxiv.org/abs/1705.05363: its inverse model alone, as a loss.
 */
export const inverseModel =
  ({ hidden = 128 }: { readonly hidden?: number } = {}): MakeAuxiliary =>
  ({ features, actions, steps, count }) => {
    const layers = twoLayers(2 * features, hidden, actions);
    const learnt = steps * count;
    return {
      name: "inverse-model",
      init: (random) => layers.init(random),
      feed: () => [],
      values(head, scene) {
        const before = tf.slice(scene.features, [0, 0], [learnt, features]);
        const after = tf.slice(scene.features, [count, 0], [learnt, features]);
        const logits = layers.output(head, layers.hidden(head, tf.concat([before, after], 1)));
        const log = tf.logSoftmax(logits as never);
        return tf.neg(tf.sum(tf.mul(log, scene.taken), 1)) as Tensor1D;
      },
    };
  };
