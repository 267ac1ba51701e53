import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { compile, gradients, gram, leaves, type NDArray, type Tree, trace } from "../../src/graph/index.ts";
import { simplify } from "../../src/graph/simplify.ts";
import { numbers } from "./case.ts";

interface Network {
  readonly first: Tensor2D;
  readonly bias: Tensor;
  readonly second: Tensor2D;
}

/** Two dense layers under four tasks; the last task does not reach the second layer. */
function losses(p: Network, x: Tensor2D): Scalar[] {
  const hidden = tf.tanh(tf.add(tf.matMul(x, p.first), p.bias)) as Tensor2D;
  const y = tf.matMul(hidden, p.second);
  return [tf.sum(tf.square(y)), tf.mean(tf.sin(y)), tf.sum(tf.abs(y)), tf.sum(tf.square(hidden))] as Scalar[];
}

const tasksGram = (p: Network, x: Tensor2D): Tensor => gram(gradients(losses(p, x), p as never));
const rowsOf = (p: Network, x: Tensor2D): Tree<Tensor>[] => gradients(losses(p, x), p as never);

const network = (samples: number, n: number, m: number): Tree<NDArray>[] => [
  { first: numbers([n, m], -0.5, 0.5), bias: numbers([m], -1, 1, 0.2), second: numbers([m, 3], -1, 1, 0.4) },
  numbers([samples, n], -1, 1, 0.6),
];

/** Inner products of the gradients themselves, added up in double. */
async function formed(args: Tree<NDArray>[]): Promise<number[][]> {
  const compiled = compile(rowsOf as never);
  const rows = ((await compiled(...args)) as Tree<NDArray>[]).map((row) =>
    leaves<NDArray>(row).flatMap(({ data }) => Array.from(data)),
  );
  await compiled.dispose();
  return rows.map((a) => rows.map((b) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)));
}

async function found(args: Tree<NDArray>[], runtime: "onnx" | "tfjs"): Promise<number[][]> {
  const compiled = compile(tasksGram as never, { runtime });
  const { data, shape } = (await compiled(...args)) as NDArray;
  await compiled.dispose();
  const T = shape[1]!;
  const at = (i: number, j: number): number => data[i * T + j]! + data[T * T + i * T + j]!;
  return Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => at(i, j)));
}

/** Dense gradients Xᵀδ that the simplified graph still forms. */
const formedLayers = (args: Tree<NDArray>[]): number[][] =>
  simplify(trace(tasksGram as never)(...(args as never[])))
    .nodes.filter(({ kernel, attributes }) => kernel === "BatchMatMul" && attributes.transposeA)
    .map(({ outputs }) => outputs[0]!.shape);

describe("the Gram matrix of task gradients", () => {
  it.each([
    ["few samples of a wide layer", [5, 60, 50]],
    ["many samples of a narrow layer", [50, 6, 5]],
    ["one sample", [1, 9, 8]],
  ] as const)("equals the inner products of the gradients: %s", async (_name, [samples, n, m]) => {
    const args = network(samples, n, m);
    const wanted = await formed(args);
    for (const [runtime, bound] of [
      ["onnx", 2e-6],
      ["tfjs", 1e-5],
    ] as const) {
      const actual = await found(args, runtime);
      actual.forEach((row, i) => {
        row.forEach((value, j) => {
          const scale = Math.sqrt(wanted[i]![i]! * wanted[j]![j]!);
          expect(Math.abs(value - wanted[i]![j]!)).toBeLessThanOrEqual(bound * scale);
        });
      });
    }
  });

  it("forms no gradient of a layer that is wide for its samples, and all of a narrow one", () => {
    expect(formedLayers(network(5, 60, 50))).not.toContainEqual([60, 50]);
    expect(formedLayers(network(50, 6, 5)).filter(([n, m]) => n === 6 && m === 5)).toHaveLength(4);
  });

  it("stays positive semi-definite where the samples' gradients cancel", async () => {
    const compiled = compile(((w: Tensor2D, x: Tensor2D) => {
      const y = tf.matMul(x, w);
      // Every other sample pulls back nearly as hard: what is left of the gradient is a hundred thousandth.
      const signs = tf.tensor2d([1, -1, 1, -1], [4, 1]);
      return gram(gradients([tf.sum(tf.mul(y, signs)), tf.sum(tf.mul(tf.sin(y), signs))] as Scalar[], w));
    }) as never);
    const x = numbers([4, 40], 1, 2);
    x.data.copyWithin(40, 0, 40);
    x.data.copyWithin(120, 80, 120);
    x.data[41]! += 1e-5;
    const { data } = (await compiled(numbers([40, 30], -0.1, 0.1), x)) as NDArray;
    await compiled.dispose();
    const value = (i: number): number => data[i]! + data[4 + i]!;
    expect(value(0)).toBeGreaterThan(0);
    expect(value(3)).toBeGreaterThan(0);
    expect(value(0) * value(3) - value(1) ** 2).toBeGreaterThanOrEqual(-1e-9 * value(0) * value(3));
    expect(value(0)).toBeCloseTo(30 * (x.data[41]! - x.data[1]!) ** 2, 12);
  });
});
