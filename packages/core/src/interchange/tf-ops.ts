import * as tf from "@tensorflow/tfjs";
import type { DType } from "../graph/array.ts";
import { axisOf } from "../graph/axes.ts";
import type { Attributes, Node, Value } from "../graph/graph.ts";
import { attr, type Dimension } from "./graph-def.ts";
import { type Call, noTfOp, type Translation } from "./tf-call.ts";
import { imageOps } from "./tf-image-ops.ts";

/** An op with the kernel's inputs in their order. */
const direct =
  (
    op: string,
    keys: readonly string[],
    attributes: (a: Attributes) => Record<string, object> = () => ({}),
  ): Translation =>
  (call) =>
    call.graph.op(
      op,
      keys.map((key) => call.inputs[key]!),
      attributes(call.attributes),
    );

const inputShape = ({ node }: Call, key: string): number[] => node.inputs[key]!.shape;

const axesOf = (call: Call): number[] => {
  const { axis, reductionIndices } = call.attributes;
  return tf.util.parseAxisParam((axis ?? reductionIndices) as number | number[], inputShape(call, "x"));
};

const reduction =
  (op: string): Translation =>
  (call) =>
    call.graph.op(op, [call.inputs.x!, call.graph.ints(axesOf(call))], {
      keep_dims: attr.bool(Boolean(call.attributes.keepDims)),
    });

const alongAxis =
  (op: string, attributes: (a: Attributes) => Record<string, object> = () => ({})): Translation =>
  (call) =>
    call.graph.op(
      op,
      [call.inputs.x!, call.graph.scalar(axesOf(call)[0]!, "int32")],
      attributes(call.attributes),
    );

const scan = ({ exclusive, reverse }: Attributes): Record<string, object> => ({
  exclusive: attr.bool(Boolean(exclusive)),
  reverse: attr.bool(Boolean(reverse)),
});

const reshape: Translation = ({ inputs, shape, graph }) =>
  graph.op("Reshape", [(inputs.x ?? inputs.input)!, graph.reshapeTo(shape)]);

/** tf.js slices to the end of an axis for the size −1, so slices of whole batches hold for all of them. */
const slice: Translation = (call) => {
  const { begin, size } = call.attributes as { begin: number | number[]; size: number | number[] };
  const x = call.node.inputs.x as Value;
  const [from, sizes] = tf.slice_util.parseSliceParams(x as never, begin as number[], size as number[]);
  const open = sizes!.map((length, i) => (from![i]! + length === x.shape[i] ? -1 : length));
  const fixed = call.shape.findIndex((d, i) => typeof d !== "number" && open[i] !== -1);
  if (fixed >= 0) throw noTfOp(call.node, "it takes a part of the batch that grows with it");
  return call.graph.op("Slice", [call.inputs.x!, call.graph.ints(from!), call.graph.ints(open)]);
};

const unary = [
  ..."Abs Neg Sign Floor Ceil Round Relu Relu6 Exp Expm1 Log Log1p Sqrt Rsqrt Square Reciprocal Sin Cos Tan".split(
    " ",
  ),
  ..."Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh Sigmoid Erf Softplus Elu Selu Identity".split(" "),
  ..."IsNan IsInf IsFinite LogicalNot ZerosLike OnesLike".split(" "),
];

const binary: Readonly<Record<string, string>> = {
  Add: "AddV2",
  Multiply: "Mul",
  Mod: "FloorMod",
  ...Object.fromEntries(
    [
      ..."Sub RealDiv FloorDiv Pow Maximum Minimum SquaredDifference Atan2".split(" "),
      ..."Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr".split(" "),
    ].map((name) => [name, name]),
  ),
};

const others: Readonly<Record<string, Translation>> = {
  LeakyRelu: direct("LeakyRelu", ["x"], ({ alpha }) => ({ alpha: attr.float(alpha as number) })),
  ClipByValue: ({ inputs, attributes: { clipValueMin, clipValueMax }, graph }) =>
    graph.op("ClipByValue", [
      inputs.x!,
      graph.scalar(clipValueMin as number, "float32"),
      graph.scalar(clipValueMax as number, "float32"),
    ]),
  /** alpha below zero, 1 above; NaN is taken for below. */
  Step: ({ inputs, attributes: { alpha }, graph }) => {
    const above = graph.op("Greater", [inputs.x!, graph.scalar(0, "float32")]);
    const low = graph.scalar((alpha as number | undefined) ?? 0, "float32");
    return graph.op("SelectV2", [above, graph.scalar(1, "float32"), low]);
  },
  Cast: direct("Cast", ["x"], ({ dtype }) => ({ DstT: attr.type(dtype as DType) })),
  AddN: ({ inputs, graph }) => {
    const list = Object.values(inputs);
    return graph.op("AddN", list, { N: attr.int(list.length) });
  },
  Select(call) {
    if (inputShape(call, "condition").length === 1 && call.shape.length > 1) throw noTfOp(call.node);
    return direct("SelectV2", ["condition", "t", "e"])(call);
  },
  BatchMatMul: direct("BatchMatMulV2", ["a", "b"], ({ transposeA, transposeB }) => ({
    adj_x: attr.bool(Boolean(transposeA)),
    adj_y: attr.bool(Boolean(transposeB)),
  })),
  Softmax(call) {
    const rank = call.shape.length;
    if (axisOf(call.attributes.dim, rank) !== rank - 1) throw noTfOp(call.node, "its axis is not the last");
    return direct("Softmax", ["logits"])(call);
  },
  ArgMax: alongAxis("ArgMax"),
  ArgMin: alongAxis("ArgMin"),
  Cumsum: alongAxis("Cumsum", scan),
  Cumprod: alongAxis("Cumprod", scan),
  Reshape: reshape,
  ExpandDims: reshape,
  Transpose: ({ inputs, attributes, graph }) =>
    graph.op("Transpose", [inputs.x!, graph.ints(attributes.perm as number[])]),
  BroadcastTo: ({ inputs, shape, graph }) => graph.op("BroadcastTo", [inputs.x!, graph.ints(shape)]),
  Tile(call) {
    const before = call.shapes.x!;
    const reps = call.shape.map((d, i): Dimension => {
      const one = before[i]!;
      if (typeof one !== "number") return (typeof d === "number" ? d : d.times) / one.times;
      return typeof d === "number" ? d / Math.max(one, 1) : { times: d.times / one };
    });
    return call.graph.op("Tile", [call.inputs.x!, call.graph.ints(reps)]);
  },
  Concat(call) {
    const { inputs, attributes, graph, shape } = call;
    const list = Object.values(inputs);
    const axis = graph.scalar(axisOf(attributes.axis, shape.length), "int32");
    return graph.op("ConcatV2", [...list, axis], { N: attr.int(list.length) });
  },
  Pack: ({ inputs, attributes, graph, shape }) => {
    const list = Object.values(inputs);
    const axis = axisOf(attributes.axis, shape.length);
    return graph.op("Pack", list, { N: attr.int(list.length), axis: attr.int(axis) });
  },
  Unpack(call) {
    const axis = axisOf(call.attributes.axis, inputShape(call, "value").length);
    const num = attr.int(call.node.outputs.length);
    return call.graph.op("Unpack", [call.inputs.value!], { axis: attr.int(axis), num });
  },
  Slice: slice,
  SplitV(call) {
    const { inputs, attributes, graph, node } = call;
    const axis = axisOf(attributes.axis, inputShape(call, "x").length);
    const sizes = node.outputs.map(({ shape }) => shape[axis]!);
    if (typeof call.shape[axis] !== "number") throw noTfOp(node, "it splits the batch");
    return graph.op("SplitV", [inputs.x!, graph.ints(sizes), graph.scalar(axis, "int32")], {
      num_split: attr.int(sizes.length),
    });
  },
  PadV2: ({ node, inputs, attributes, graph }) => {
    const pads = attributes.paddings as [number, number][];
    const value = graph.scalar(attributes.constantValue as number, node.inputs.x!.dtype);
    return graph.op("PadV2", [inputs.x!, graph.ints(pads.flat(), [pads.length, 2]), value]);
  },
  Reverse(call) {
    const axes = tf.util.parseAxisParam(call.attributes.dims as number[], inputShape(call, "x"));
    return call.graph.op("ReverseV2", [call.inputs.x!, call.graph.ints(axes)]);
  },
  Fill: ({ node, attributes, graph, shape }) =>
    graph.op("Fill", [graph.ints(shape), graph.scalar(attributes.value as number, node.outputs[0]!.dtype)], {
      T: attr.type(node.outputs[0]!.dtype),
    }),
  Range: ({ node, attributes, graph }) => {
    const { dtype } = node.outputs[0]!;
    const { start, stop, step } = attributes as Record<"start" | "stop" | "step", number>;
    return graph.op(
      "Range",
      [start, stop, step].map((v) => graph.scalar(v, dtype)),
      { Tidx: attr.type(dtype) },
    );
  },
  StridedSlice(call) {
    const { inputs, attributes, graph } = call;
    const lists = (["begin", "end", "strides"] as const).map((key) =>
      graph.ints(attributes[key] as number[]),
    );
    const mask = (key: string): object => attr.int((attributes[key] as number | undefined) ?? 0);
    return graph.op("StridedSlice", [inputs.x!, ...lists], {
      begin_mask: mask("beginMask"),
      end_mask: mask("endMask"),
      ellipsis_mask: mask("ellipsisMask"),
      new_axis_mask: mask("newAxisMask"),
      shrink_axis_mask: mask("shrinkAxisMask"),
    });
  },
  GatherV2(call) {
    const { inputs, attributes, graph } = call;
    const axis = graph.scalar(axisOf(attributes.axis, inputShape(call, "x").length), "int32");
    const batch_dims = attr.int((attributes.batchDims as number | undefined) ?? 0);
    return graph.op("GatherV2", [inputs.x!, inputs.indices!, axis], { batch_dims });
  },
  OneHot: ({ node, inputs, attributes: { depth, onValue, offValue }, graph }) => {
    const { dtype } = node.outputs[0]!;
    const values = [onValue, offValue].map((v) => graph.scalar(v as number, "float32"));
    return graph.op("OneHot", [inputs.indices!, graph.scalar(depth as number, "int32"), ...values], {
      T: attr.type(dtype),
    });
  },
  GatherNd: direct("GatherNd", ["params", "indices"]),
  TensorScatterUpdate: direct("TensorScatterUpdate", ["tensor", "indices", "updates"]),
  ScatterNd: ({ inputs, shape, graph }) =>
    graph.op("ScatterNd", [inputs.indices!, inputs.updates!, graph.ints(shape)]),
  TopK: ({ inputs, attributes: { k, sorted }, graph }) =>
    graph.op("TopKV2", [inputs.x!, graph.scalar(k as number, "int32")], {
      sorted: attr.bool(Boolean(sorted)),
    }),
};

const translations = new Map<string, Translation>([
  ...unary.map((name): [string, Translation] => [
    name,
    ({ inputs, graph }) => graph.op(name, [Object.values(inputs)[0]!]),
  ]),
  ...Object.entries(binary).map(([name, op]): [string, Translation] => [name, direct(op, ["a", "b"])]),
  ...["Sum", "Mean", "Max", "Min", "Prod", "All", "Any"].map((name): [string, Translation] => [
    name,
    reduction(name),
  ]),
  ...Object.entries(others),
  ...Object.entries(imageOps),
]);

/** Whether TensorFlow has the kernel's op. */
export const isTranslated = ({ kernel }: Node): boolean => translations.has(kernel);

/** How a kernel is written as TensorFlow ops. @throws OutriggerError `unsupported` when it cannot be */
export function translationOf(node: Node): Translation {
  const translation = translations.get(node.kernel);
  if (translation) return translation;
  throw noTfOp(node);
}
