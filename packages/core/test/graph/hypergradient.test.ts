import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../src/graph/graph.ts";
import {
  type ArrayData,
  array,
  compile,
  grad,
  type NDArray,
  type Tree,
  trace,
} from "../../src/graph/index.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { simplify } from "../../src/graph/simplify.ts";
import type { Traceable } from "../../src/graph/trace.ts";
import { Random } from "../../src/random.ts";

/** The gradients that a training step takes, by whoever computes them. */
type Grad = (f: (p: Params) => Scalar) => (p: Params) => Params;
type Params = { readonly filters: Tensor; readonly head: Tensor };
type Batch = { readonly images: Tensor; readonly labels: Tensor };

const [samples, classes, rate] = [6, 3, 0.5];

/** Convolution, tanh, max pool, average pool, linear classifier. */
function logits({ filters, head }: Params, images: Tensor): Tensor2D {
  const seen = tf.tanh(tf.conv2d(images as Tensor4D, filters as Tensor4D, 1, "same"));
  const pooled = tf.avgPool(tf.maxPool(seen, 2, 2, "valid"), 2, 2, "valid");
  return tf.matMul(tf.reshape(pooled, [samples, -1]), head as Tensor2D);
}

/** Cross-entropy of every sample, through a softmax. */
const losses = (params: Params, { images, labels }: Batch): Tensor1D =>
  tf.neg(tf.log(tf.sum<Tensor1D>(tf.mul(tf.softmax(logits(params, images)), labels), -1)));

/** L_val(θ − η ∇_θ Σᵢ wᵢ ℓᵢ(θ)): what one step on weighted samples gives, as a function of the weights. */
const afterOneStep =
  (gradient: Grad) =>
  (weights: Tensor, params: Params, train: Batch, validation: Batch): Scalar => {
    const slope = gradient((p) => tf.sum(tf.mul(weights, losses(p, train))))(params);
    const step = (value: Tensor, g: Tensor): Tensor => tf.sub(value, tf.mul(rate, g));
    const next = { filters: step(params.filters, slope.filters), head: step(params.head, slope.head) };
    return tf.mean(losses(next, validation));
  };

const stream = Random.seeded(5, "hypergradient");
const normal = (shape: number[], scale = 1): NDArray => {
  const size = shape.reduce((n, d) => n * d, 1);
  return array(
    Float32Array.from({ length: size }, () => scale * stream.normal()),
    shape,
  );
};
const batch = (): { images: NDArray; labels: NDArray } => {
  const labels = new Float32Array(samples * classes);
  for (let i = 0; i < samples; i++) labels[i * classes + stream.integer(classes)] = 1;
  return { images: normal([samples, 8, 8, 2]), labels: array(labels, [samples, classes]) };
};
const params = { filters: normal([3, 3, 2, 4], 0.4), head: normal([16, classes], 0.6) };
const [train, validation] = [batch(), batch()];
const weights = array(Float32Array.from({ length: samples }, () => 0.5 + stream.uniform()));
const rest = [params, train, validation] as unknown as Tree<NDArray>[];

/** Central differences of the validation loss itself, in float64: no derivative of ours is in it but the inner step's. */
async function numeric(): Promise<number[]> {
  const objective = afterOneStep(grad as Grad) as unknown as Traceable;
  const graph = simplify(trace(objective)(...([weights, ...rest] as never[])));
  const executable = await createOnnxExecutable(graph, { double: true });
  const at = async (w: Float64Array): Promise<number> => {
    const { filters, head } = params;
    const others = [filters, head, train.images, train.labels, validation.images, validation.labels];
    const arrays = [w, ...others.map(({ data }) => data)];
    const feeds = new Map<Value, NDArray>(
      graph.inputs.map(({ value }, i) => [
        value,
        { ...value, data: Float64Array.from(arrays[i]!) as unknown as ArrayData },
      ]),
    );
    return (await executable.run(feeds))[0]!.data[0]!;
  };
  const found: number[] = [];
  const epsilon = 1e-5;
  for (let k = 0; k < samples; k++) {
    const moved = (sign: number): Float64Array =>
      Float64Array.from(weights.data, (w, i) => (i === k ? w + sign * epsilon : w));
    found.push(((await at(moved(1))) - (await at(moved(-1)))) / (2 * epsilon));
  }
  await executable.dispose();
  return found;
}

const tensors = (tree: object): never =>
  Object.fromEntries(
    Object.entries(tree as Record<string, NDArray>).map(([k, { data, shape }]) => [
      k,
      tf.tensor(data, [...shape]),
    ]),
  ) as never;

const farthest = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value))) / Math.max(...wanted.map(Math.abs));

describe("the hypergradient of a small CNN's validation loss through one SGD step", () => {
  let wanted: number[];
  beforeAll(async () => {
    await tf.setBackend("cpu");
    wanted = await numeric();
  });

  it("is not small", () => {
    expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it.each([
    ["onnx", "cpu"],
    ["tfjs", "cpu"],
    ["tfjs", "wasm"],
  ] as const)("is that of float64 differences to 1e-4 on %s %s", async (runtime, device) => {
    const hypergradient = compile(grad(afterOneStep(grad as Grad)) as unknown as Traceable, {
      runtime,
      device,
    });
    const found = (await hypergradient(weights, ...rest)) as NDArray;
    await hypergradient.dispose();
    expect(farthest(found.data, wanted)).toBeLessThan(1e-4);
  });

  it("cannot be had from nested tf.grad: it throws", () => {
    const nested: Grad = (f) => (p) => {
      const of = (filters: Tensor, head: Tensor): Scalar => f({ filters, head });
      const [filters, head] = tf.grads(of as never)([p.filters, p.head]);
      return { filters: filters!, head: head! };
    };
    const objective = (w: Tensor): Scalar =>
      afterOneStep(nested)(w, tensors(params), tensors(train), tensors(validation));
    expect(() => tf.grad(objective)(tf.tensor1d(weights.data as Float32Array))).toThrow(/gradient/i);
  });
});
