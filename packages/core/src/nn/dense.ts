import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import type { Random } from "../random.ts";
import { checkSizes } from "./check.ts";
import { constant, glorot, he } from "./initialize.ts";
import type { Layer } from "./layer.ts";

export interface DenseOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Applied to the output, such as `tf.relu`. Default: none. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Default: `he` with an activation (made for rectifiers), `glorot` without one. */
  readonly init?: "he" | "glorot";
}

export type DenseParams = { readonly kernel: NDArray; readonly bias: NDArray };

/**
 * An affine map of the last axis, y = a(x·W + b), with kernel W [inputs, outputs], bias b [outputs] (zero at first) and
 * activation a. x is [..., inputs], y is [..., outputs]; the cost is 2·rows·inputs·outputs operations.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` when x has another last axis
 */
export function dense({ inputs, outputs, activation, init }: DenseOptions): Layer<DenseParams> {
  checkSizes("dense", { inputs, outputs });
  const initialize = (init ?? (activation ? "he" : "glorot")) === "he" ? he : glorot;
  return {
    init: (random: Random) => ({
      kernel: initialize(random, [inputs, outputs]),
      bias: constant([outputs], 0),
    }),
    apply({ kernel, bias }, x) {
      if (x.shape.at(-1) !== inputs) {
        const said = `dense: the input is [${x.shape.join(", ")}], but its last axis must be ${inputs}.`;
        throw new OutriggerError("shape", said, { shape: x.shape, inputs });
      }
      const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inputs]);
      const y = tf.add(tf.matMul(rows as Tensor2D, kernel as Tensor2D), bias);
      const shaped = x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outputs]);
      return activation ? activation(shaped) : shaped;
    },
  };
}
