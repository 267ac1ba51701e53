import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { swapLast } from "../axes.ts";
import { defineComposite, defineKernel, type Shaped } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { activate } from "./activation.ts";

function productShape(a: Shaped, b: Shaped, transposeA: boolean, transposeB: boolean): number[] {
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
}

/** ONNX Runtime's fused product takes transpose flags, but only in single precision. */
function product(
  a: string,
  b: string,
  { shape: { length: rank }, dtype }: Shaped,
  transA: boolean,
  transB: boolean,
  o: OnnxBuilder,
): string {
  if (!transA && !transB) return o.add("MatMul", [a, b]);
  if (!o.double && dtype === "float32") {
    return o.add("FusedMatMul", [a, b], { transA: Number(transA), transB: Number(transB) }, "com.microsoft");
  }
  const turned = (x: string): string => o.add("Transpose", [x], { perm: swapLast(rank) });
  return o.add("MatMul", [transA ? turned(a) : a, transB ? turned(b) : b]);
}

/** Matrix product over the last two axes, with broadcasting over the others. */
defineKernel({
  name: "BatchMatMul",
  infer: ({ a, b }, { transposeA, transposeB }) => [
    productShape(a!, b!, Boolean(transposeA), Boolean(transposeB)),
    a!.dtype,
  ],
  onnx: ({ inputs, attributes }, { a, b }, o) =>
    product(a!, b!, inputs.a!, Boolean(attributes.transposeA), Boolean(attributes.transposeB), o),
  // tfjs's wasm product is far slower with transpose flags than after an explicit transpose, and takes no integers.
  tfjs({ a, b }, { transposeA, transposeB }) {
    const perm = swapLast(a!.rank);
    const left = transposeA ? tf.transpose(a!, perm) : a!;
    const right = transposeB ? tf.transpose(b!, perm) : b!;
    if (left.dtype === "float32") return tf.matMul(left as Tensor3D, right as Tensor3D);
    const float = (x: Tensor): Tensor3D => tf.cast(x, "float32") as Tensor3D;
    return tf.cast(tf.matMul(float(left), float(right)), "int32");
  },
  always: true,
});

/**
 * tfjs fuses a product with its bias and activation outside of gradients (tf.layers does it too). A graph records the parts, so
 * that they have gradients and share work with the rest.
 */
defineComposite("_FusedMatMul", ({ a, b, bias, preluActivationWeights }, attributes) => {
  const { transposeA, transposeB } = attributes;
  const product = tf.matMul(a as Tensor, b as Tensor, Boolean(transposeA), Boolean(transposeB));
  return activate(bias ? tf.add(product, bias) : product, attributes, preluActivationWeights);
});
