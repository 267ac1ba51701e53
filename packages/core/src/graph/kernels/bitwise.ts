import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineKernel } from "../kernel.ts";

/** Bit k of an int32 tensor: floor division goes on with the sign, so two's complement comes out right. */
const bit = (x: Tensor, k: number): Tensor =>
  tf.mod(tf.floorDiv(x, tf.scalar(2 ** k, "int32")), tf.scalar(2, "int32"));

defineKernel({
  name: "BitwiseAnd",
  infer: ({ a, b }) => [tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape), "int32"],
  onnx: (_node, { a, b }, o) => o.add("BitwiseAnd", [a!, b!]),
  // tfjs's WebGPU backend has none.
  tfjs({ a, b }) {
    const zero = tf.scalar(0, "int32");
    const negative = tf.cast(tf.logicalAnd(tf.less(a!, zero), tf.less(b!, zero)), "int32");
    let sum: Tensor = tf.mul(negative, tf.scalar(-(2 ** 31), "int32"));
    for (let k = 0; k < 31; k++) {
      const both = tf.mul(bit(a!, k), bit(b!, k));
      sum = tf.add(sum, tf.mul(both, tf.scalar(2 ** k, "int32")));
    }
    return sum;
  },
  elementwise: true,
});
