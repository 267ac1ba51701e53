import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DType } from "../array.ts";
import { defineKernel, type Kernel } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";

type Translate = (a: string, b: string, o: OnnxBuilder, dtype: DType) => string;

const op =
  (name: string): Translate =>
  (a, b, o) =>
    o.add(name, [a, b]);

/** ⌊a/b⌋ in the operands' type; ONNX cuts quotients of integers off towards zero. */
const quotient: Translate = (a, b, o, dtype) => {
  if (dtype === "float32") return o.add("Floor", [o.add("Div", [a, b])]);
  const [x, y] = [o.add("Cast", [a], { to: 11 }), o.add("Cast", [b], { to: 11 })];
  return o.cast(o.add("Floor", [o.add("Div", [x, y])]), dtype);
};

/** a^b. ONNX Runtime's shaders give numbers for broken powers of negative numbers and for powers of NaN. */
const power: Translate = (a, b, o, dtype) => {
  const result = o.add("Pow", [a, b]);
  if (!o.runtime.shaders || dtype !== "float32") return result;
  const whole = o.add("And", [o.add("Equal", [a, a]), o.add("Equal", [o.add("Floor", [b]), b])]);
  const defined = o.add("Or", [o.add("GreaterOrEqual", [a, o.scalar(0)]), whole]);
  return o.add("Where", [defined, result, o.scalar(Number.NaN)]);
};

const arithmetic: Record<string, Translate> = {
  Add: op("Add"),
  Sub: op("Sub"),
  Multiply: op("Mul"),
  RealDiv: op("Div"),
  Pow: power,
  Maximum: op("Max"),
  Minimum: op("Min"),
  SquaredDifference: (a, b, o) => {
    const difference = o.add("Sub", [a, b]);
    return o.add("Mul", [difference, difference]);
  },
  Mod: (a, b, o, dtype) => {
    // tfjs's remainder takes the divisor's sign; ONNX has that only for integers.
    return o.add("Sub", [a, o.add("Mul", [quotient(a, b, o, dtype), b])]);
  },
};

const comparisons: Record<string, Translate> = {
  Equal: op("Equal"),
  NotEqual: (a, b, o) => o.add("Not", [o.add("Equal", [a, b])]),
  Greater: op("Greater"),
  GreaterEqual: op("GreaterOrEqual"),
  Less: op("Less"),
  LessEqual: op("LessOrEqual"),
  LogicalAnd: op("And"),
  LogicalOr: op("Or"),
};

/** Adds up over the axes along which an operand was broadcast. */
function reduceTo(gradient: Tensor, { shape }: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

type Derivative = (dy: Tensor, a: Tensor, b: Tensor) => [da: Tensor, db: Tensor];

const where = (condition: Tensor, dy: Tensor): Tensor => tf.mul(dy, tf.cast(condition, "float32"));

/**
 * Where tfjs's own gradients are wrong: those of Maximum, Minimum and SquaredDifference have the wrong shape when an operand was
 * broadcast; that of Pow takes the logarithm of negative bases, which is not finite one derivative further on.
 */
const derivatives: Record<string, Derivative> = {
  Maximum: (dy, a, b) => [where(tf.greaterEqual(a, b), dy), where(tf.lessEqual(a, b), dy)],
  Minimum: (dy, a, b) => [where(tf.lessEqual(a, b), dy), where(tf.greaterEqual(a, b), dy)],
  SquaredDifference: (dy, a, b) => {
    const da = tf.mul(dy, tf.mul(2, tf.sub(a, b)));
    return [da, tf.neg(da)];
  },
  Pow(dy, a, b) {
    const logarithm = tf.log(tf.where(tf.greater(a, 0), a, tf.onesLike(a)));
    return [tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))), tf.mul(dy, tf.mul(tf.pow(a, b), logarithm))];
  },
};

function gradientBy(derivative: Derivative): Kernel["gradient"] {
  return {
    inputsToSave: ["a", "b"],
    gradFunc: (dy, [a, b]) => ({
      a: () => reduceTo(derivative(dy as Tensor, a!, b!)[0], a!),
      b: () => reduceTo(derivative(dy as Tensor, a!, b!)[1], b!),
    }),
  };
}

function binary(
  name: string,
  translate: Translate,
  result?: DType,
  parts: Pick<Kernel, "tfjs" | "always"> = {},
): void {
  const derivative = derivatives[name];
  defineKernel({
    ...parts,
    name,
    ...(derivative ? { gradient: gradientBy(derivative) } : {}),
    infer({ a, b }) {
      const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
      return [shape, result ?? (tf.upcastType(a!.dtype, b!.dtype) as DType)];
    },
    onnx({ inputs, outputs: [y] }, { a, b }, o) {
      const dtype = result ? (tf.upcastType(inputs.a!.dtype, inputs.b!.dtype) as DType) : y!.dtype;
      const left = inputs.a!.dtype === dtype ? a! : o.cast(a!, dtype);
      const right = inputs.b!.dtype === dtype ? b! : o.cast(b!, dtype);
      return translate(left, right, o, dtype);
    },
    elementwise: true,
  });
}

for (const [name, translate] of Object.entries(arithmetic)) binary(name, translate);
for (const [name, translate] of Object.entries(comparisons)) binary(name, translate, "bool");

// tfjs's quotient is int32 whatever the operands are, but not on its wasm backend.
binary("FloorDiv", (a, b, o, dtype) => o.cast(quotient(a, b, o, dtype), "int32"), "int32", {
  tfjs: ({ a, b }) =>
    a!.dtype === "float32" ? tf.cast(tf.floor(tf.div(a!, b!)), "int32") : tf.floorDiv(a!, b!),
  always: true,
});

/** condition ? t : e, element by element; tf.where broadcasts its operands before. */
defineKernel({
  name: "Select",
  infer: ({ t }) => [t!.shape, t!.dtype],
  onnx({ outputs: [y] }, { condition, t, e }, o) {
    if (y!.dtype !== "bool") return o.add("Where", [condition!, t!, e!]);
    // ONNX Runtime has no Where over bools.
    return o.cast(o.add("Where", [condition!, o.cast(t!, "int32"), o.cast(e!, "int32")]), "bool");
  },
  elementwise: true,
  // tfjs's wasm kernel writes past the end of bools.
  tfjs({ condition, t, e }) {
    if (t!.dtype !== "bool") return tf.where(condition!, t!, e!);
    return tf.cast(tf.where(condition!, tf.cast(t!, "int32"), tf.cast(e!, "int32")), "bool");
  },
  always: true,
});

/** Sum of a list of tensors of one shape. */
defineKernel({
  name: "AddN",
  infer: (inputs) => [inputs[0]!.shape, inputs[0]!.dtype],
  onnx: ({ inputs }, names, o) =>
    inputs[0]!.dtype === "float32"
      ? o.add("Sum", Object.values(names))
      : Object.values(names).reduce((sum, next) => o.add("Add", [sum, next])),
  elementwise: true,
  // tfjs's program for WebGPU takes more buffers than an adapter need have; its other backends go pair by pair themselves.
  tfjs: (inputs) => Object.values(inputs).reduce((sum, next) => tf.add(sum, next)),
  always: true,
});
