import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { own } from "../graph.ts";
import { defineKernel } from "../kernel.ts";

const sumOf = (weights: Tensor, rows: readonly Tensor[]): Tensor =>
  tf.addN(rows.map((row, k) => tf.mul(row, tf.reshape(tf.slice(weights, [k], [1]), []))));

/** Σ_k w_k g_k of T arrays of one shape. The first input is w [T], the others are g_1 … g_T. */
defineKernel({
  name: own.combine,
  infer: (inputs) => [Object.values(inputs)[1]!.shape, "float32"],
  onnx({ outputs }, names, b) {
    const [weights, ...rows] = Object.values(names);
    const { shape } = outputs[0]!;
    const flat = rows.map((row) => b.reshape(row, [1, sizeOf(shape)]));
    const stacked = flat.length === 1 ? flat[0]! : b.add("Concat", flat, { axis: 0 });
    return b.reshape(b.add("MatMul", [b.reshape(weights!, [1, rows.length]), stacked]), shape);
  },
  tfjs(inputs) {
    const [weights, ...rows] = Object.values(inputs);
    return sumOf(weights!, rows);
  },
  gradient: {
    saveAllInputs: true,
    gradFunc(dy, saved) {
      const [weights, ...rows] = saved;
      const inner = (): Tensor => tf.stack(rows.map((row) => tf.sum(tf.mul(row, dy as Tensor))));
      const scaled = rows.map((_, k) => () => sumOf(tf.slice(weights!, [k], [1]), [dy as Tensor]));
      return Object.fromEntries([inner, ...scaled].entries());
    },
  },
});
