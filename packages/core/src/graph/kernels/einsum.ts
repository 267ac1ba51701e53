import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { sizeOf } from "../array.ts";
import { defineComposite } from "../kernel.ts";

/** A tensor whose axes have letters. */
interface Labelled {
  readonly x: Tensor;
  readonly axes: readonly string[];
}

function refuse(equation: string, reason: string): never {
  throw new OutriggerError("unsupported", `einsum "${equation}": ${reason}`, { kernel: "Einsum", equation });
}

function parse(equation: string, count: number): { inputs: string[][]; output: string[] } {
  const [left, right, ...rest] = equation.replaceAll(/\s/g, "").split("->");
  if (left === undefined || right === undefined || rest.length > 0) refuse(equation, "write it with one ->");
  const inputs = left.split(",").map((term) => Array.from(term));
  const output = Array.from(right);
  for (const term of [...inputs, output]) {
    if (term.some((letter) => !/[a-zA-Z]/.test(letter))) refuse(equation, "name every axis by a letter");
    if (new Set(term).size < term.length)
      refuse(equation, "a letter stands twice in one term; use tf.mul with tf.eye");
  }
  const unknown = output.find((letter) => !inputs.some((term) => term.includes(letter)));
  if (unknown !== undefined) refuse(equation, `the result has axis "${unknown}", which no tensor has`);
  if (inputs.length !== count) refuse(equation, `it has ${inputs.length} terms for ${count} tensors`);
  return { inputs, output };
}

/** Adds up over the axes that nothing else needs. */
function sumOut({ x, axes }: Labelled, needed: ReadonlySet<string>): Labelled {
  const spare = axes.flatMap((letter, i) => (needed.has(letter) ? [] : [i]));
  if (spare.length === 0) return { x, axes };
  return { x: tf.sum(x, spare), axes: axes.filter((letter) => needed.has(letter)) };
}

/** Axes in the given order, merged group by group. */
function arrange({ x, axes }: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const size = (letter: string): number => x.shape[axes.indexOf(letter)]!;
  const turned = tf.transpose(
    x,
    groups.flat().map((letter) => axes.indexOf(letter)),
  );
  return tf.reshape(
    turned,
    groups.map((group) => sizeOf(group.map(size))),
  );
}

/** Two tensors become one batched product, or a broadcast product when no axis is added up over. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const left = sumOut(a, new Set([...needed, ...b.axes]));
  const right = sumOut(b, new Set([...needed, ...a.axes]));
  const shared = left.axes.filter((letter) => right.axes.includes(letter));
  const batch = shared.filter((letter) => needed.has(letter));
  const inner = shared.filter((letter) => !needed.has(letter));
  const onlyLeft = left.axes.filter((letter) => !shared.includes(letter));
  const onlyRight = right.axes.filter((letter) => !shared.includes(letter));
  const x = arrange(left, [batch, onlyLeft, inner]) as Tensor3D;
  const y = arrange(right, [batch, inner, onlyRight]) as Tensor3D;
  const product = inner.length > 0 ? tf.matMul(x, y) : tf.mul(x, y);
  const axes = [...batch, ...onlyLeft, ...onlyRight];
  const size = (letter: string): number => {
    const from = left.axes.includes(letter) ? left : right;
    return from.x.shape[from.axes.indexOf(letter)]!;
  };
  return { x: tf.reshape(product, axes.map(size)), axes };
}

/** Σ over the letters that the result has not, from left to right, as transposes and products: so all derivatives come by themselves. */
defineComposite("Einsum", (tensors, { equation }) => {
  const list = Object.values(tensors);
  const { inputs, output } = parse(equation as string, list.length);
  const terms = list.map((x, i): Labelled => {
    const axes = inputs[i]!;
    if (axes.length !== x.rank) {
      refuse(equation as string, `term ${i} has ${axes.length} letters for a tensor of rank ${x.rank}`);
    }
    return { x, axes };
  });
  let result = terms[0]!;
  for (let i = 1; i < terms.length; i++) {
    const needed = new Set([...output, ...inputs.slice(i + 1).flat()]);
    result = contract(result, terms[i]!, needed);
  }
  const last = sumOut(result, new Set(output));
  return tf.transpose(
    last.x,
    output.map((letter) => last.axes.indexOf(letter)),
  );
});
