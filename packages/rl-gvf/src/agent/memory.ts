import { type GruParams, gru, type TensorsOf } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** What a recurrent layer sees of S steps of B environments. */
export interface Sequence {
  /** [S · B, inputs], step by step. */
  readonly inputs: Tensor;
  /** 1 where an episode starts, so that what was remembered is forgotten, else 0. [S · B, 1]. */
  readonly starts: Tensor;
  /** State before the first step, [B, units]. */
  readonly state: Tensor;
}

export interface Memory {
  init(random: Random): GruParams;
  /** The state after every step, [S · B, units]. */
  apply(params: TensorsOf<GruParams>, sequence: Sequence): Tensor;
}

/**
 * A gated recurrent unit that starts from a given state and forgets it at the start of an episode; equations and initialisation are
 * those of `gru` of @outrigger/core, unrolled over the steps. Cost: 6 · S · B · units · (inputs + units) operations.
 */
export function memory(inputs: number, units: number): Memory {
  const layer = gru({ inputs, units });
  return {
    init: (random) => layer.init(random),
    apply({ kernel, recurrent, bias, candidateBias }, { inputs: x, starts, state }) {
      const [environments] = state.shape as [number];
      const steps = x.shape[0]! / environments;
      const projected = tf.split(tf.add(tf.matMul(x as Tensor2D, kernel as Tensor2D), bias), steps, 0);
      const kept = tf.split(tf.sub(1, starts), steps, 0);
      const states: Tensor[] = [];
      let before: Tensor = state;
      for (let step = 0; step < steps; step++) {
        const h = tf.mul(before, kept[step]!);
        const [xr, xz, xn] = tf.split(projected[step]!, 3, 1);
        const [hr, hz, hn] = tf.split(tf.matMul(h as Tensor2D, recurrent as Tensor2D), 3, 1);
        const reset = tf.sigmoid(tf.add(xr!, hr!));
        const keep = tf.sigmoid(tf.add(xz!, hz!));
        const candidate = tf.tanh(tf.add(xn!, tf.mul(reset, tf.add(hn!, candidateBias))));
        before = tf.add(candidate, tf.mul(keep, tf.sub(h, candidate)));
        states.push(before);
      }
      return tf.concat(states, 0);
    },
  };
}
