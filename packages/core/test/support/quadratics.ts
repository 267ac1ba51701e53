import { array } from "@outrigger/core/graph/index";
import type { Batches, Host, Model } from "@outrigger/core/train/model";
import type { Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Centres [1, T, 2] of L_k = ½ a_k ‖θ − c_k‖². */
export interface Centres {
  readonly centres: Tensor;
}

/** L_k = ½ a_k ‖θ − c_k‖², θ the trunk, which starts where it is told; the heads are empty. */
export function quadratics(
  a: readonly number[],
  start: readonly number[],
): { model: Model<Centres>; tasks: Task<Centres>[] } {
  const names = a.map((_, k) => `q${k}`);
  return {
    model: {
      init: () => ({
        trunk: { theta: array(start) },
        heads: Object.fromEntries(names.map((name) => [name, []])),
      }),
      apply(params, { centres }) {
        const { theta } = params.trunk as { theta: Tensor1D };
        const outputs = names.map((name, k) => {
          const centre = tf.reshape(tf.slice(centres, [0, k, 0], [1, 1, start.length]), [1, start.length]);
          return [name, tf.sub(tf.reshape(theta, [1, -1]), centre as Tensor2D)] as const;
        });
        return Object.fromEntries(outputs);
      },
    },
    tasks: names.map((name, k) => ({
      name,
      role: k === 0 ? "primary" : "auxiliary",
      loss: (output) => ({ values: tf.mul<Tensor1D>(tf.sum(tf.square(output), -1), 0.5 * a[k]!) }),
    })),
  };
}

export const centresOf = (c: readonly (readonly number[])[]): Host<Centres> =>
  ({ centres: array(c.flat(), [1, c.length, c[0]!.length]) }) as Host<Centres>;

/** The same batch over and over. */
export const always = <H>(batch: H, size = 1): Batches<H> => ({
  size,
  samples: size,
  epoch: () => Array.from({ length: size }, () => batch),
});
