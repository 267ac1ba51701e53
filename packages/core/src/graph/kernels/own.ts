import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { sizeOf } from "../array.ts";
import type { CustomGradient } from "../custom-gradient.ts";
import { own } from "../graph.ts";
import { defineKernel } from "../kernel.ts";
import { handle } from "../recording.ts";

const noTranslation = (name: string) => (): never => {
  throw new OutriggerError("trace", `${name} must be simplified away before a graph runs`);
};

/** Passes x through; nothing flows back. */
defineKernel({
  name: own.stopGradient,
  infer: ({ x }) => [x!.shape, x!.dtype],
  onnx: (_node, { x }, b) => b.add("Identity", [x!]),
  tfjs: ({ x }) => tf.clone(x!),
});

/** The value of a tf.customGrad with the user's own gradient; the first input is the value, the others its arguments. */
defineKernel({
  name: own.customGradient,
  infer: ({ value }) => [value!.shape, value!.dtype],
  onnx: (_node, { value }, b) => b.add("Identity", [value!]),
  tfjs: ({ value }) => tf.clone(value!),
  gradient: {
    gradFunc(dy, _saved, attributes) {
      const { gradient, saved } = attributes as unknown as CustomGradient;
      return gradient(dy as Tensor, saved.map(handle));
    },
  },
});

/** Data of the graph itself; executors feed it. */
defineKernel({
  name: own.constant,
  infer: noTranslation(own.constant),
  onnx: noTranslation(own.constant),
});

/**
 * Inner products of T gradients, leaf by leaf: G_ij = Σ_leaves ⟨g_i, g_j⟩ in double precision, given back as its high and its low
 * part in single precision, because tensors of a graph are single.
 */
defineKernel({
  name: own.gram,
  infer: (_inputs, { tasks }) => [[2, tasks as number, tasks as number], "float32"],
  onnx({ inputs, attributes }, names, b) {
    const tasks = attributes.tasks as number;
    const all = Object.keys(names);
    const parts: string[] = [];
    for (let first = 0; first < all.length; first += tasks) {
      const size = sizeOf(inputs[all[first]!]!.shape);
      const rows = all.slice(first, first + tasks).map((key) => b.reshape(names[key]!, [1, size]));
      const stacked = b.add("Cast", [b.add("Concat", rows, { axis: 0 })], { to: 11 });
      parts.push(b.add("MatMul", [stacked, b.add("Transpose", [stacked], { perm: [1, 0] })]));
    }
    const sum = parts.length === 1 ? parts[0]! : b.add("Sum", parts);
    const high = b.add("Cast", [sum], { to: b.typeNumber("float32") });
    const low = b.add("Sub", [sum, b.add("Cast", [high], { to: 11 })]);
    const both = [high, b.add("Cast", [low], { to: b.typeNumber("float32") })];
    return b.add(
      "Concat",
      both.map((part) => b.reshape(part, [1, tasks, tasks])),
      { axis: 0 },
    );
  },
  tfjs(inputs, { tasks }) {
    const count = tasks as number;
    const all = Object.values(inputs);
    let sum: Tensor = tf.zeros([count, count]);
    for (let first = 0; first < all.length; first += count) {
      const rows = tf.stack(all.slice(first, first + count).map((x) => tf.reshape(x, [-1])));
      sum = tf.add(sum, tf.matMul(rows, tf.transpose(rows)));
    }
    return tf.stack([sum, tf.zerosLike(sum)]);
  },
});
