import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DType } from "../array.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { erfDouble } from "../onnx/erf.ts";
import { logarithm } from "../onnx/logarithm.ts";
import { floatsOf } from "./floats.ts";

type Translate = (x: string, b: OnnxBuilder, attributes: Record<string, unknown>) => string;

const op =
  (name: string): Translate =>
  (x, b) =>
    b.add(name, [x]);

/** max(x, 0) + log(1 + exp(−|x|)): no overflow for large x, in single and double precision. */
const softplus: Translate = (x, b) => {
  const exp = b.add("Exp", [b.add("Neg", [b.add("Abs", [x])])]);
  return b.add("Add", [b.add("Relu", [x]), b.add("Log", [b.add("Add", [exp, b.scalar(1)])])]);
};

/** scale·(exp(min(x, 0)) − 1)·alpha below zero, scale·x above. */
const elu =
  (alpha: number, scale: number): Translate =>
  (x, b) => {
    const negative = b.add("Sub", [b.add("Exp", [b.add("Min", [x, b.scalar(0)])]), b.scalar(1)]);
    const sum = b.add("Add", [b.add("Relu", [x]), b.add("Mul", [negative, b.scalar(alpha)])]);
    return scale === 1 ? sum : b.add("Mul", [sum, b.scalar(scale)]);
  };

const half = (sign: "Add" | "Sub"): Translate => {
  return (x, b) => {
    const inverse = b.add("Exp", [b.add("Neg", [x])]);
    return b.add("Mul", [b.add(sign, [b.add("Exp", [x]), inverse]), b.scalar(0.5)]);
  };
};

/** 1 above zero, `alpha` elsewhere (the gradient of abs uses −1) and, unlike tfjs's, for NaN. */
const step: Translate = (x, b, { alpha = 0 }) => {
  const above = b.add("Greater", [x, b.scalar(0)]);
  // A cast takes a quarter of Where's time, and this is every rectifier's derivative.
  if (alpha === 0) return b.cast(above, "float32");
  return b.add("Where", [above, b.scalar(1), b.scalar(alpha as number)]);
};

/** Kernels that keep the shape and give floats. */
const floats: Record<string, Translate> = {
  Exp: op("Exp"),
  Expm1: (x, b) => b.add("Sub", [b.add("Exp", [x]), b.scalar(1)]),
  Log: logarithm,
  Log1p: (x, b) => logarithm(b.add("Add", [x, b.scalar(1)]), b),
  Sqrt: op("Sqrt"),
  Rsqrt: (x, b) => b.add("Reciprocal", [b.add("Sqrt", [x])]),
  Reciprocal: op("Reciprocal"),
  Sin: op("Sin"),
  Cos: op("Cos"),
  Tan: (x, b) => b.add("Div", [b.add("Sin", [x]), b.add("Cos", [x])]),
  Sinh: half("Sub"),
  Cosh: half("Add"),
  Tanh: op("Tanh"),
  Sigmoid: op("Sigmoid"),
  Erf: (x, b) => (b.double ? erfDouble(x, b) : b.add("Erf", [x])),
  Softplus: softplus,
  Elu: elu(1, 1),
  Selu: elu(1.6732632423543772, 1.0507009873554805),
  Step: step,
};

/** Kernels that keep the shape and the type. */
const same: Record<string, Translate> = {
  Abs: op("Abs"),
  Neg: op("Neg"),
  Sign: op("Sign"),
  Floor: op("Floor"),
  Ceil: op("Ceil"),
  Round: op("Round"),
  Relu: op("Relu"),
  Relu6: (x, b) => b.add("Min", [b.add("Relu", [x]), b.scalar(6)]),
  Square: (x, b) => b.add("Mul", [x, x]),
  Identity: op("Identity"),
  LeakyRelu: (x, b, { alpha }) => {
    const slope = b.scalar(alpha as number);
    return b.add("Where", [b.add("Less", [x, b.scalar(0)]), b.add("Mul", [x, slope]), x]);
  },
  ClipByValue: (x, b, { clipValueMin, clipValueMax }) => {
    const low = b.scalar(clipValueMin as number);
    return b.add("Min", [b.add("Max", [x, low]), b.scalar(clipValueMax as number)]);
  },
};

const bools: Record<string, Translate> = {
  IsNan: op("IsNaN"),
  IsInf: op("IsInf"),
  IsFinite: (x, b) => {
    const bad = b.add("Or", [b.add("IsNaN", [x]), b.add("IsInf", [x])]);
    return b.add("Not", [bad]);
  },
  LogicalNot: op("Not"),
};

/** Ops that only some backends have, written with ops that all have. */
const decompositions: Record<string, (x: Tensor) => Tensor> = {
  Expm1: (x) => tf.sub(tf.exp(x), 1),
  // tfjs's own for WebGPU gives numbers below −1.
  Log1p(x) {
    const backend = tf.getBackend();
    const right = backend !== "webgpu" && tf.getKernel("Log1p", backend);
    return right ? tf.log1p(x) : tf.log(tf.add(x, 1));
  },
  Softplus: (x) => tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1))),
  Sign: (x) => tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32")),
};

function unary(name: string, translate: Translate, dtype?: DType): void {
  const decomposition = decompositions[name];
  const kernel: Kernel = {
    name,
    infer({ x }) {
      return [x!.shape, dtype ?? x!.dtype];
    },
    onnx: ({ attributes }, { x }, b) => translate(x!, b, attributes),
    elementwise: true,
  };
  const always = name === "Log1p";
  defineKernel(decomposition ? { ...kernel, tfjs: ({ x }) => decomposition(x!), always } : kernel);
}

for (const [name, translate] of Object.entries(floats)) unary(name, translate, "float32");
for (const [name, translate] of Object.entries(same)) unary(name, translate);
for (const [name, translate] of Object.entries(bools)) unary(name, translate, "bool");

for (const [name, fill] of [
  ["ZerosLike", 0],
  ["OnesLike", 1],
] as const) {
  defineKernel({
    name,
    infer: ({ x }) => [x!.shape, x!.dtype],
    onnx: ({ outputs: [y] }, _inputs, b) => b.filled(fill, y!.shape, y!.dtype),
    tfjs: ({ x }) => tf.fill(x!.shape, fill, x!.dtype as DType),
  });
}

defineKernel({
  name: "Cast",
  infer: ({ x }, { dtype }) => [x!.shape, dtype as DType],
  onnx: ({ outputs: [y] }, { x }, b) => b.cast(x!, y!.dtype),
  tfjs: ({ x }, { dtype }) => (dtype === "float32" ? floatsOf(x!) : tf.cast(x!, dtype as DType)),
  always: true,
  elementwise: true,
});

/** dy where y ≥ 0, dy·(y + 1) below, for y = elu(x). tfjs has no gradient of it, so no second derivative of elu. */
defineKernel({
  name: "EluGrad",
  infer: ({ dy }) => [dy!.shape, dy!.dtype],
  onnx: (_node, { dy, y }, b) =>
    b.add("Mul", [dy!, b.add("Add", [b.add("Min", [y!, b.scalar(0)]), b.scalar(1)])]),
  tfjs: ({ dy, y }) => tf.mul(dy!, tf.add(tf.minimum(y!, 0), 1)),
  always: true,
  gradient: {
    inputsToSave: ["dy", "y"],
    gradFunc: (g, [dy, y]) => ({
      dy: () => tf.mul(g as Tensor, tf.add(tf.minimum(y!, 0), 1)),
      y: () => tf.mul(tf.mul(g as Tensor, dy!), tf.cast(tf.less(y!, 0), "float32")),
    }),
  },
});
