import { sizeOf } from "../array.ts";
import type { Node, Value } from "../graph.ts";
import type { Kernel } from "../kernel.ts";
import type { OnnxBuilder } from "./builder.ts";

/** Axis i of an image in ONNX's order [batch, channels, height, width] is axis `toFirst[i]` in tfjs's [batch, height, width, channels]. */
const toFirst = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

const permute = <T>(items: readonly T[], perm: readonly number[]): T[] => perm.map((i) => items[i]!);

/** The names of a graph's values in an ONNX model: each in tfjs's order of axes, and images in ONNX's order where somebody made or asked for it. */
export class Layouts {
  private readonly last = new Map<Value, string>();
  private readonly first = new Map<Value, string>();
  private readonly b: OnnxBuilder;

  constructor(b: OnnxBuilder) {
    this.b = b;
  }

  set(value: Value, name: string, channelsFirst = false): void {
    (channelsFirst && value.shape.length === 4 ? this.first : this.last).set(value, name);
  }

  /** The value in tfjs's order. */
  get(value: Value): string {
    const known = this.last.get(value);
    if (known !== undefined) return known;
    const name = this.turn(this.first.get(value)!, permute(value.shape, toFirst), toLast);
    this.last.set(value, name);
    return name;
  }

  /** The value channels first. One of a lower rank, which broadcasts along the last axes, gets axes of one in front. */
  getFirst(value: Value): string {
    if (value.shape.length === 0) return this.get(value);
    const known = this.first.get(value);
    if (known !== undefined) return known;
    const shape = [...new Array<number>(4 - value.shape.length).fill(1), ...value.shape];
    const from = this.last.get(value)!;
    const name = this.turn(
      shape.length === value.shape.length ? from : this.b.reshape(from, shape),
      shape,
      toFirst,
    );
    this.first.set(value, name);
    return name;
  }

  /** Known channels first only: somebody's result that was not turned yet. */
  isFirst(value: Value): boolean {
    return this.first.has(value) && !this.last.has(value);
  }

  private turn(name: string, shape: readonly number[], perm: number[]): string {
    const turned = permute(shape, perm);
    const moved = perm.filter((axis) => shape[axis] !== 1);
    // Without a step back among the axes longer than one, the numbers lie in memory as they are.
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return this.b.reshape(name, turned);
    return this.b.add("Transpose", [name], { perm });
  }
}

/** A node as its translation sees it when its images come channels first: shapes and attributes permuted. */
function turned(node: Node, attributes: Node["attributes"]): Node {
  const turn = (value: Value): Value =>
    value.shape.length === 4 ? { ...value, shape: permute(value.shape, toFirst) } : value;
  const inputs = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, turn(v)]));
  return { ...node, inputs, outputs: node.outputs.map(turn), attributes };
}

/** Position in ONNX's order of an axis in tfjs's. */
export const axisFirst = (axis: number): number => toFirst.indexOf(axis < 0 ? axis + 4 : axis);

/** A list with one entry an axis, in ONNX's order. */
export const perAxisFirst = <T>(entries: readonly T[]): T[] => permute(entries, toFirst);

/**
 * Whether a node that does not care about the order of axes should work channels first: when one of its images is there in that order
 * only. Anything else would turn an image that the next convolution turns back.
 */
function prefersFirst(node: Node, kernel: Kernel, layouts: Layouts): boolean {
  const inputs = Object.values(node.inputs);
  if (!inputs.some((value) => layouts.isFirst(value) && sizeOf(value.shape) > 1)) return false;
  if (inputs.some((value) => value.shape.length > 4)) return false;
  return kernel.elementwise === true || kernel.attributesFirst !== undefined;
}

/** Translates one node; images stay in ONNX's order from one image kernel to the next. */
export function translateNode(node: Node, kernel: Kernel, layouts: Layouts, b: OnnxBuilder): void {
  const names = (get: (value: Value, key: string) => string): Record<string, string> =>
    Object.fromEntries(Object.entries(node.inputs).map(([key, value]) => [key, get(value, key)]));
  const keep = (made: string | readonly string[], first: boolean): void => {
    (typeof made === "string" ? [made] : made).forEach((name, i) => {
      layouts.set(node.outputs[i]!, name, first);
    });
  };
  if (kernel.channelsFirst) {
    const { inputs, output } = kernel.channelsFirst;
    const given = names((value, key) =>
      inputs.includes(key) ? layouts.getFirst(value) : layouts.get(value),
    );
    keep(kernel.onnx(node, given, b), output);
    return;
  }
  const attributes = prefersFirst(node, kernel, layouts)
    ? kernel.attributesFirst
      ? kernel.attributesFirst(node)
      : node.attributes
    : undefined;
  if (attributes)
    keep(
      kernel.onnx(
        turned(node, attributes),
        names((v) => layouts.getFirst(v)),
        b,
      ),
      true,
    );
  else
    keep(
      kernel.onnx(
        node,
        names((v) => layouts.get(v)),
        b,
      ),
      false,
    );
}
