import { array } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { twoLayers } from "../agent/network.ts";

/**
 * Will the next step end the episode? L_n = m [log(1 + e^f) - d f], f the logit, d = 1 where the transition terminated.
 *
 * Our own reading, after Kartal, Hernandez-Leal and Taylor, "Terminal Prediction as an Auxiliary Task for Deep Reinforcement Learning",
 * AIIDE 2019, https://arxiv.org/abs/1907.10827, who regress how far through its episode a state is, which is known afterwards only.
 */
export const terminationPrediction =
  ({ hidden = 128 }: { readonly hidden?: number } = {}): MakeAuxiliary =>
  ({ features, steps, count }) => {
    const layers = twoLayers(features, hidden, 1);
    const learnt = steps * count;
    const ends = new Float32Array(learnt);
    const feed = { ends: array(ends) };
    return {
      name: "termination-prediction",
      init: (random) => layers.init(random),
      feed({ terminated }) {
        for (let n = 0; n < learnt; n++) ends[n] = terminated[n + count]!;
        return feed;
      },
      values(head, scene, given) {
        const before = tf.slice(scene.features, [0, 0], [learnt, features]);
        const logit = tf.reshape(layers.output(head, layers.hidden(head, before)), [-1]);
        const { ends: ended } = given as { ends: Tensor };
        return tf.mul(scene.alive, tf.sub(tf.softplus(logit), tf.mul(ended, logit))) as Tensor1D;
      },
    };
  };
