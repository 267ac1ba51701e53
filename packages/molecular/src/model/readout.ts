import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import type { TensorsOf } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Empty where the model takes no further inputs. */
export type MergeParams = { readonly dense?: DenseParams };
export type HeadParams = { readonly [task: string]: DenseParams };

export interface Merge {
  init(random: Random): MergeParams;
  apply(params: TensorsOf<MergeParams>, hidden: Tensor, inputs: Tensor | undefined): Tensor;
}

export interface Heads {
  init(random: Random): HeadParams;
  /** One head's output. */
  decode(params: TensorsOf<DenseParams>, hidden: Tensor): Tensor;
}

/**
 * Joins what a network found in each molecule with numbers given from outside: relu(W·[h, extra] + b), [B, width + X] to [B, width].
 * Without further inputs it has no parameters and is the identity, so that a control with inputs differs in nothing else.
 */
export function merge(width: number, extra: number): Merge {
  const layer = extra > 0 ? dense({ inputs: width + extra, outputs: width, activation: tf.relu }) : null;
  return {
    init: (random: Random): MergeParams => (layer === null ? {} : { dense: layer.init(random) }),
    apply(params: TensorsOf<MergeParams>, hidden: Tensor, inputs: Tensor | undefined): Tensor {
      if (layer === null) return hidden;
      const joined = tf.concat([hidden, inputs!], 1);
      return layer.apply(params.dense as TensorsOf<DenseParams>, joined, { training: false });
    },
  };
}

/** One linear map [B, width] to [B, 1] a task. */
export function linearHeads(width: number, tasks: readonly string[]): Heads {
  const layer = dense({ inputs: width, outputs: 1 });
  return {
    init: (random: Random): HeadParams => Object.fromEntries(tasks.map((task) => [task, layer.init(random)])),
    decode: (params: TensorsOf<DenseParams>, hidden: Tensor): Tensor =>
      layer.apply(params, hidden, { training: false }),
  };
}
