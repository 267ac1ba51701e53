import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { type Attributes, own, type Value } from "../graph.ts";
import { defineKernel } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";

/**
 * How the gradients of one leaf are given: `rows`, one array a task; or `factors` of a dense layer, its inputs X [samples, n] and one
 * array δ_k [samples, m] a task, whose gradients are Xᵀδ_k.
 */
export type LeafForm = "rows" | "factors";

export interface GramAttributes extends Attributes {
  readonly tasks: number;
  /** Form of every leaf, in the order of the inputs. Default: all `rows`. */
  readonly forms?: readonly LeafForm[];
}

interface Leaf<V> {
  readonly x?: V;
  readonly rows: readonly V[];
}

/**
 * Leaves by when their gradients are there, the last ones first. ONNX Runtime starts with the operand that was made last and runs what it
 * needs, so that the passes of all tasks go back through the network together, and the rows of one layer are gone before those of the next are made.
 */
const latestFirst = (leaves: readonly Leaf<Value>[]): number[] =>
  leaves.map((_, leaf) => leaf).sort((a, b) => leaves[b]!.rows[0]!.id - leaves[a]!.rows[0]!.id);

/** The inputs, leaf by leaf. */
export function leavesOf<V>({ tasks, forms }: GramAttributes, inputs: readonly V[]): Leaf<V>[] {
  const leaves: Leaf<V>[] = [];
  let next = 0;
  while (next < inputs.length) {
    const x = forms?.[leaves.length] === "factors" ? inputs[next++]! : undefined;
    leaves.push({ ...(x === undefined ? {} : { x }), rows: inputs.slice(next, next + tasks) });
    next += tasks;
  }
  return leaves;
}

/** [tasks, size], in the type for sums. */
function stack(rows: readonly string[], size: number, b: OnnxBuilder): string {
  const flat = rows.map((row) => b.reshape(row, [1, size]));
  return b.add("Cast", [b.add("Concat", flat, { axis: 0 })], { to: b.sumType });
}

/** ⟨Xᵀδ_i, Xᵀδ_j⟩ = ⟨XXᵀδ_i, δ_j⟩: no gradient is formed. In double, because the sum over pairs of samples cancels more than the gradients do. */
function fromFactors(x: string, rows: readonly string[], size: number, b: OnnxBuilder): string {
  const inputs = b.add("Cast", [x], { to: b.sumType });
  const kernel = b.add("Gemm", [inputs, inputs], { transB: 1 });
  const deltas = rows.map((row) => b.add("Cast", [row], { to: b.sumType }));
  const flat = (parts: readonly string[]): string =>
    b.add(
      "Concat",
      parts.map((part) => b.reshape(part, [1, size])),
      { axis: 0 },
    );
  const spread = deltas.map((delta) => b.add("MatMul", [kernel, delta]));
  return b.add("Gemm", [flat(spread), flat(deltas)], { transB: 1 });
}

/** The gradients Xᵀδ_k themselves. */
function formed(x: string, rows: readonly string[], b: OnnxBuilder): string[] {
  const transposed = b.add("Transpose", [x], { perm: [1, 0] });
  return rows.map((row) => b.add("MatMul", [transposed, row]));
}

/**
 * Inner products of T gradients: G_ij = Σ_leaves ⟨g_i, g_j⟩ in double precision, given back as its high and its low part in single
 * precision, because tensors of a graph are single. On tfjs, and on runtimes without doubles, all is single and the low part zero.
 */
defineKernel({
  name: own.gram,
  infer: (_inputs, { tasks }) => [[2, tasks as number, tasks as number], "float32"],
  onnx({ inputs, attributes }, names, b) {
    const { tasks } = attributes as GramAttributes;
    const shapes = leavesOf(attributes as GramAttributes, Object.values(inputs));
    const given = leavesOf(attributes as GramAttributes, Object.values(names));
    const parts = latestFirst(shapes).map((leaf) => {
      const { x, rows } = given[leaf]!;
      const [row, factor] = [shapes[leaf]!.rows[0]!.shape, shapes[leaf]!.x?.shape];
      if (x !== undefined && b.runtime.doubles) return fromFactors(x, rows, sizeOf(row), b);
      const size = factor === undefined ? sizeOf(row) : factor[1]! * row[1]!;
      const stacked = stack(x === undefined ? rows : formed(x, rows, b), size, b);
      return b.add("Gemm", [stacked, stacked], { transB: 1 });
    });
    const sum = parts.length === 1 ? parts[0]! : b.add("Sum", parts);
    const high = b.add("Cast", [sum], { to: b.typeNumber("float32") });
    const low = b.add("Sub", [sum, b.add("Cast", [high], { to: b.sumType })]);
    const both = [high, b.add("Cast", [low], { to: b.typeNumber("float32") })];
    return b.add(
      "Concat",
      both.map((part) => b.reshape(part, [1, tasks, tasks])),
      { axis: 0 },
    );
  },
  tfjs(inputs, attributes) {
    const { tasks } = attributes as GramAttributes;
    let sum: Tensor = tf.zeros([tasks, tasks]);
    for (const { x, rows } of leavesOf(attributes as GramAttributes, Object.values(inputs))) {
      const gradients = x ? rows.map((row) => tf.matMul(x as Tensor2D, row as Tensor2D, true)) : rows;
      const stacked = tf.stack(gradients.map((gradient) => tf.reshape(gradient, [-1])));
      sum = tf.add(sum, tf.matMul(stacked as Tensor2D, stacked as Tensor2D, false, true));
    }
    return tf.stack([sum, tf.zerosLike(sum)]);
  },
});
