import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
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
