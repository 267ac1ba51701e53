import { dense, hardSharing } from "@outrigger/core";
import * as tf from "@tensorflow/tfjs";
import { length } from "./problem.js";

/**
 * A layer of one's own: the energy of every two channels, sqrt(a² + b² + 1e-3), which the phase of a vibration does not change. A layer
 * is two pure functions, and this one has no parameters; tfjs code is all that it needs.
 */
const energy = {
  init: () => [],
  apply(_, x) {
    const pairs = tf.reshape(tf.square(x), [x.shape[0], x.shape[1] / 2, 2]);
    return tf.sqrt(tf.add(tf.sum(pairs, 2), 1e-3));
  },
};

/** Learned pairs of filters over a record, their energies and one more layer, shared by all tasks; a linear head each. */
export function network(tasks) {
  const head = dense({ inputs: 16, outputs: 1 });
  return hardSharing({
    layers: [
      dense({ inputs: length, outputs: 48 }),
      energy,
      dense({ inputs: 24, outputs: 16, activation: tf.tanh }),
    ],
    heads: Object.fromEntries(tasks.map((name) => [name, head])),
  });
}
