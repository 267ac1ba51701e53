import { dense, hardSharing, mlp } from "@outrigger/core";
import * as tf from "@tensorflow/tfjs";
import { length } from "./problem.js";

const frequencies = length / 2;

/** cos and sin of 2π f t / 64 in row t, for every frequency f from 1 to 32. */
const waves = Array.from({ length }, (_, t) =>
  Array.from({ length: 2 * frequencies }, (_, i) => {
    const angle = (2 * Math.PI * (Math.floor(i / 2) + 1) * t) / length;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  }),
);

/**
 * A layer of one's own: the amplitude spectrum of a record, [batch, 64] to [batch, 32], which the phase of a vibration does not change. A
 * layer is two pure functions, and this one has no parameters; tfjs code is all that it needs.
 */
const spectrum = {
  init: () => [],
  apply(_, x) {
    const parts = tf.mul(tf.matMul(x, tf.tensor2d(waves)), 2 / length);
    const powers = tf.reshape(tf.square(parts), [x.shape[0], frequencies, 2]);
    return tf.sqrt(tf.add(tf.sum(powers, 2), 1e-4));
  },
};

/** The spectrum and two dense layers, shared by all tasks; a linear head each. */
export function network(tasks) {
  const head = dense({ inputs: 16, outputs: 1 });
  return hardSharing({
    layers: [spectrum, mlp({ sizes: [frequencies, 32, 16], activation: tf.tanh })],
    heads: Object.fromEntries(tasks.map((name) => [name, head])),
  });
}
