import * as tf from "@tensorflow/tfjs";
import { sameShape } from "./array.ts";
import { fillOf, type Node, own, type Value } from "./graph.ts";
import { factorCombine, factorGram } from "./rewrite-gram.ts";
import type { Emitter } from "./simplify.ts";

type Inputs = Readonly<Record<string, Value>>;
type Rule = (node: Node, inputs: Inputs, emitter: Emitter) => Value | undefined;

const output = (node: Node): Value => node.outputs[0]!;

/** x itself, or x broadcast to the shape of the node's output. */
function fit(node: Node, x: Value, emitter: Emitter): Value | undefined {
  const { shape, dtype } = output(node);
  if (x.dtype !== dtype) return undefined;
  return sameShape(x.shape, shape) ? x : emitter.emit("BroadcastTo", { x }, { shape }, [shape, dtype]);
}

const passThrough: Rule = (_node, { x, value }) => x ?? value;

const keepsFill: Rule = (node, { x, input }, emitter) => {
  const value = fillOf((x ?? input)!);
  const { shape, dtype } = output(node);
  return value === undefined ? undefined : emitter.fill(value, shape, dtype);
};

/** Reshapes of reshapes and reshapes to the same shape. The axes are written out, so that equal reshapes are shared. */
const reshape: Rule = (node, inputs, emitter) => {
  const filled = keepsFill(node, inputs, emitter);
  if (filled) return filled;
  let x = (inputs.x ?? inputs.input)!;
  while (x.node.kernel === "Reshape") x = x.node.inputs.x!;
  const { shape, dtype } = output(node);
  return sameShape(x.shape, shape) ? x : emitter.emit("Reshape", { x }, { shape }, [shape, dtype]);
};

const transpose: Rule = (node, inputs, emitter) => {
  let x = inputs.x!;
  let perm = node.attributes.perm as number[];
  if (x.node.kernel === "Transpose") {
    const inner = x.node.attributes.perm as number[];
    perm = perm.map((p) => inner[p]!);
    x = x.node.inputs.x!;
  }
  if (perm.every((p, i) => p === i)) return x;
  const { shape, dtype } = output(node);
  return keepsFill(node, inputs, emitter) ?? emitter.emit("Transpose", { x }, { perm }, [shape, dtype]);
};

const cast: Rule = (node, { x }) => (x!.dtype === output(node).dtype ? x : undefined);

const filledWith =
  (value: (node: Node) => number): Rule =>
  (node, _inputs, emitter) =>
    emitter.fill(value(node), output(node).shape, output(node).dtype);

/** x + 0, x − 0, x · 1, x / 1: `neutral` on the right, and on the left where the op commutes. */
const neutralElement =
  (neutral: number, commutes: boolean): Rule =>
  (node, { a, b }, emitter) => {
    if (fillOf(b!) === neutral) return fit(node, a!, emitter);
    if (commutes && fillOf(a!) === neutral) return fit(node, b!, emitter);
    return undefined;
  };

/** Operands that only repeat a smaller tensor are taken as they are: the op broadcasts by itself. */
const broadcastOperands: Rule = (node, inputs, emitter) => {
  const small = { a: inputs.a!, b: inputs.b! };
  const { shape, dtype } = output(node);
  for (const [key, other] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    const operand = small[key];
    const fill = fillOf(operand);
    let candidate: Value | undefined;
    if (fill !== undefined && operand.shape.length > 0) candidate = emitter.fill(fill, [], operand.dtype);
    else if (operand.node.kernel === "BroadcastTo") candidate = operand.node.inputs.x!;
    if (!candidate) continue;
    const result = tf.broadcast_util.assertAndGetBroadcastShape(candidate.shape, small[other].shape);
    if (sameShape(result, shape)) small[key] = candidate;
  }
  if (small.a === inputs.a && small.b === inputs.b) return undefined;
  return emitter.emit(node.kernel, small, node.attributes, [shape, dtype]);
};

const doubleNegation: Rule = (_node, { x }) => (x!.node.kernel === "Neg" ? x!.node.inputs.x : undefined);

const rules: Record<string, readonly Rule[]> = {
  Identity: [passThrough],
  [own.gram]: [factorGram],
  [own.combine]: [factorCombine],
  [own.stopGradient]: [passThrough],
  [own.customGradient]: [(_node, { value }) => value],
  Reshape: [reshape],
  ExpandDims: [reshape],
  Transpose: [transpose],
  BroadcastTo: [
    (node, inputs, e) =>
      sameShape(inputs.x!.shape, output(node).shape) ? inputs.x : keepsFill(node, inputs, e),
  ],
  Tile: [keepsFill],
  Slice: [keepsFill],
  Cast: [cast],
  ZerosLike: [filledWith(() => 0)],
  OnesLike: [filledWith(() => 1)],
  Fill: [filledWith((node) => node.attributes.value as number)],
  Neg: [doubleNegation],
  Add: [neutralElement(0, true), broadcastOperands],
  Sub: [neutralElement(0, false), broadcastOperands],
  Multiply: [neutralElement(1, true), broadcastOperands],
  RealDiv: [neutralElement(1, false), broadcastOperands],
};

/** A value that equals the node's output and costs less, or undefined. Inputs are already simplified. */
export function replacement(node: Node, inputs: Inputs, emitter: Emitter): Value | undefined {
  for (const rule of rules[node.kernel] ?? []) {
    const value = rule(node, inputs, emitter);
    if (value) return value;
  }
  return undefined;
}
