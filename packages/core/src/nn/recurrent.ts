import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sequenceShape } from "./sequence.ts";

/** Sizes of a recurrent layer, and the end of the sequence from which it reads. */
export interface RecurrentOptions {
  readonly inputs: number;
  /** Length of the state. */
  readonly units: number;
  /** Read from the last step to the first. Outputs keep their places. Default false. */
  readonly reverse?: boolean;
}

/** One step: what the kernel made of the input [batch, gates·units], and the states [batch, units] before; gives the states after it. */
export type Cell = (input: Tensor, states: readonly Tensor[]) => Tensor[];

/**
 * Runs a cell along time, unrolled, from states of zero. Inputs of all steps go through the kernel in one product. At a padded step every
 * state stays as it is.
 *
 * @returns [batch, time, units] the first state after every step
 */
export function unroll(
  layer: string,
  { inputs, units, reverse = false }: RecurrentOptions,
  x: Tensor,
  kernel: Tensor,
  bias: Tensor,
  states: number,
  cell: Cell,
  mask?: Tensor,
): Tensor {
  const [batch, time] = sequenceShape(layer, x, inputs, mask);
  const flat = tf.matMul(tf.reshape(x, [batch * time, inputs]) as Tensor2D, kernel as Tensor2D);
  const projected = tf.unstack(tf.reshape(tf.add(flat, bias), [batch, time, bias.size]), 1);
  const present = mask && tf.split(mask, time, 1);
  let state: Tensor[] = Array.from({ length: states }, () => tf.zeros([batch, units]));
  const outputs: Tensor[] = [];
  for (let step = 0; step < time; step++) {
    const at = reverse ? time - 1 - step : step;
    const next = cell(projected[at]!, state);
    const here = present?.[at];
    state = here ? next.map((value, i) => tf.add(state[i]!, tf.mul(here, tf.sub(value, state[i]!)))) : next;
    outputs[at] = state[0]!;
  }
  return tf.stack(outputs, 1);
}
