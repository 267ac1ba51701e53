import { readFileSync } from "node:fs";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { test } from "vitest";
import { array, compile, gradients, gram, type NDArray } from "../../src/graph/index.ts";
import { expectClose } from "../support/ask.ts";

interface Stored {
  layer_input: number[][];
  preactivation_grads: number[][][];
  gram_weight: number[][];
  gram_bias: number[][];
}
const stored = JSON.parse(
  readFileSync(new URL("../fixtures/ghost-gram.json", import.meta.url), "utf8"),
) as Stored;

/** The stored numbers have two digits after the point: a hundred times them is whole, and exact in single precision. */
function hundredfold(rows: readonly (readonly number[])[], columns: number): NDArray {
  const data = rows.flatMap((row) =>
    Array.from({ length: columns }, (_, k) => Math.round(100 * (row[k] ?? 0))),
  );
  return array(Float32Array.from(data), [rows.length, columns]);
}

interface Layer {
  readonly weight: Tensor2D;
  readonly bias: Tensor1D;
}

/** Inner products, for one leaf, of the gradients of Σ δ_k ⊙ (XW + b), which are Xᵀδ_k and the column sums of δ_k. */
async function found(leaf: keyof Layer, inputs: number): Promise<number[]> {
  const tasks = stored.preactivation_grads.length;
  const compiled = compile(((layer: Layer, x: Tensor2D, ...deltas: Tensor2D[]): Tensor => {
    const y = tf.add(tf.matMul(x, layer.weight), layer.bias);
    const losses = deltas.map((delta) => tf.sum(tf.mul(delta, y)));
    return gram(
      gradients(losses as never, layer as never).map((row) => (row as unknown as Layer)[leaf]) as never,
    );
  }) as never);
  const { data } = (await compiled(
    { weight: array(new Float32Array(3 * inputs), [inputs, 3]), bias: array(new Float32Array(3), [3]) },
    hundredfold(stored.layer_input, inputs),
    ...stored.preactivation_grads.map((delta) => hundredfold(delta, 3)),
  )) as NDArray;
  await compiled.dispose();
  const size = tasks * tasks;
  return Array.from({ length: size }, (_, k) => data[k]! + data[size + k]!);
}

// With many inputs that are 0 the layer's gradients are left unformed; the inner products are the same.
test.each([
  ["from the gradients", 4],
  ["from input and pre-activation gradients", 400],
])("the Gram matrix of a linear layer, %s", async (_, inputs) => {
  const weight = await found("weight", inputs);
  expectClose(
    weight.map((value) => value / 1e8),
    stored.gram_weight.flat(),
    1e-12,
  );
  const bias = await found("bias", inputs);
  expectClose(
    bias.map((value) => value / 1e4),
    stored.gram_bias.flat(),
    1e-12,
  );
});
