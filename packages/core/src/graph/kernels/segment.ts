import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { type DType, sizeOf } from "../array.ts";
import { type Node, own } from "../graph.ts";
import { knownOnHost } from "../host-values.ts";
import { defineKernel, type Output, type Shaped } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { segmentTable, type Table } from "../segment-table.ts";

/** Up to this many segments a sum is a product with a one-hot matrix; above, its zeros cost too much. */
const oneHotSegments = 256;
const lowest = -3.4028234663852886e38;

const infer = (
  { x, segmentIds }: Readonly<Record<string, Shaped>>,
  { numSegments }: Record<string, unknown>,
): Output => [[numSegments as number, ...x!.shape.slice(segmentIds!.shape.length)], x!.dtype];

interface Rows {
  readonly x: string;
  readonly dtype: DType;
  readonly ids: string;
  readonly rows: number;
  readonly width: number;
  readonly segments: number;
}

function rowsOf({ inputs, attributes }: Node, names: Readonly<Record<string, string>>, b: OnnxBuilder): Rows {
  const rows = sizeOf(inputs.segmentIds!.shape);
  const width = sizeOf(inputs.x!.shape) / rows;
  const segments = attributes.numSegments as number;
  return {
    x: b.reshape(names.x!, [rows, width]),
    dtype: inputs.x!.dtype,
    ids: b.reshape(names.segmentIds!, [rows]),
    rows,
    width,
    segments,
  };
}

/** Gathers the rows of every segment by the host's table and reduces over them; the padding points at a row of `fill`. */
function byTable(
  table: string,
  { x, dtype, width }: Rows,
  fill: number,
  reduce: string,
  b: OnnxBuilder,
): string {
  const padded = b.add("Concat", [x, b.filled(fill, [1, width], dtype)], { axis: 0 });
  return b.add(reduce, [b.add("Gather", [padded, table], { axis: 0 }), b.ints([1])], { keepdims: 0 });
}

/** [segments, rows] of zeros and ones. Ids outside of 0 … segments − 1 hit nothing, so their rows are dropped. */
function oneHot({ ids, dtype, rows, segments }: Rows, b: OnnxBuilder): string {
  const column = b.constant(
    Int32Array.from({ length: segments }, (_, i) => i),
    [segments, 1],
    "int32",
  );
  return b.cast(b.add("Equal", [column, b.reshape(ids, [1, rows])]), dtype);
}

/**
 * The general form. ScatterElements runs on one thread; ScatterND with a reduction would race on duplicate indices (ONNX
 * Runtime's issue 18048) and is never used. Dropped rows go to an extra segment that is cut off again.
 */
function byScatter(
  { x, dtype, ids, rows, width, segments }: Rows,
  fill: number,
  reduction: string,
  b: OnnxBuilder,
): string {
  const inside = b.add("And", [
    b.add("GreaterOrEqual", [ids, b.scalar(0, "int32")]),
    b.add("Less", [ids, b.scalar(segments, "int32")]),
  ]);
  const kept = b.add("Where", [inside, ids, b.scalar(segments, "int32")]);
  const index = b.add("Expand", [
    b.reshape(b.add("Cast", [kept], { to: 7 }), [rows, 1]),
    b.ints([rows, width]),
  ]);
  const start = b.filled(fill, [segments + 1, width], dtype);
  const all = b.add("ScatterElements", [start, index, x], { axis: 0, reduction });
  return b.add("Slice", [all, b.ints([0]), b.ints([segments]), b.ints([0])]);
}

function sumRows(node: Node, names: Readonly<Record<string, string>>, b: OnnxBuilder): string {
  const all = rowsOf(node, names, b);
  if (all.dtype === "bool") {
    throw new OutriggerError("unsupported", "segment sums need numbers: cast the bools before", {
      kernel: node.kernel,
    });
  }
  if (all.segments <= oneHotSegments) return b.add("MatMul", [oneHot(all, b), all.x]);
  const table = b.segmentTable(node.inputs.segmentIds!, all.segments);
  return table ? byTable(table, all, 0, "ReduceSum", b) : byScatter(all, 0, "add", b);
}

/** Backends whose tensors can be read in the middle of a step. */
const readable: ReadonlySet<string> = new Set(["cpu", "wasm", "tensorflow"]);

/** The rows of every segment, when the ids are known on the host or can be read there; undefined on other devices. */
function tableOf(ids: Tensor, segments: number): Table | undefined {
  const known = knownOnHost(ids) ?? (readable.has(tf.getBackend()) ? ids.dataSync() : undefined);
  return known && segmentTable(known as Int32Array, segments);
}

/** [segments, width, …] the rows of every segment, padded with a row of `fill`. */
function gatherTable(x: Tensor, ids: Tensor, { indices, width }: Table, fill: number): Tensor {
  const flat = tf.reshape(x, [ids.size, -1]);
  const padded = tf.concat([flat, tf.fill([1, flat.shape[1]!], fill, x.dtype as DType)], 0);
  return tf.reshape(tf.gather(padded, tf.tensor1d(indices, "int32")), [-1, width, flat.shape[1]!]);
}

/** [segments, rows, …] every row where it belongs to the segment, `fill` elsewhere: for devices without the table. */
function spreadOut(x: Tensor, ids: Tensor, segments: number, fill: number): Tensor {
  const flat = tf.reshape(x, [1, ids.size, -1]);
  const mine = tf.equal(tf.reshape(tf.range(0, segments, 1, "int32"), [-1, 1]), tf.reshape(ids, [1, -1]));
  return tf.where(tf.expandDims(mine, 2), flat, tf.scalar(fill));
}

/**
 * tfjs's own sum, in single precision: its WebGPU shaders that sum or transpose integers do not compile. It drops negative ids only, and
 * adds the rows of greater ones to wrong places.
 */
function onDevice(x: Tensor, ids: Tensor, numSegments: number): Tensor {
  const segmentIds = tf.where(tf.less(ids, tf.scalar(numSegments, "int32")), ids, tf.scalar(-1, "int32"));
  const inputs = { x: tf.cast(x, "float32"), segmentIds };
  return tf.cast(tf.engine().runKernel("UnsortedSegmentSum", inputs, { numSegments }) as Tensor, x.dtype);
}

const outShape = (x: Tensor, ids: Tensor, segments: number): number[] => [
  segments,
  ...x.shape.slice(ids.rank),
];

/** Rows of dy by id; dropped rows get zero. */
function spread(dy: Tensor, ids: Tensor): Tensor {
  const [first, last] = [tf.scalar(0, "int32"), tf.scalar(dy.shape[0]! - 1, "int32")];
  const inside = tf.logicalAnd(tf.greaterEqual(ids, first), tf.lessEqual(ids, last));
  const rows = tf.gather(dy, tf.minimum(tf.maximum(ids, first), last));
  const factor = tf.reshape(inside, [...ids.shape, ...new Array<number>(rows.rank - ids.rank).fill(1)]);
  return tf.mul(rows, tf.cast(factor, "float32"));
}

/**
 * Σ of the rows with the same id; other ids are dropped. tfjs's own costs O(segments · rows) on the cpu and is missing in wasm; its
 * gradient drops negative ids only.
 */
defineKernel({
  name: "UnsortedSegmentSum",
  infer,
  onnx: (node, names, b) => b.reshape(sumRows(node, names, b), node.outputs[0]!.shape),
  tfjs({ x, segmentIds }, { numSegments }) {
    const segments = numSegments as number;
    const table =
      readable.has(tf.getBackend()) || x!.dtype === "float32" ? tableOf(segmentIds!, segments) : undefined;
    if (!table) return onDevice(x!, segmentIds!, segments);
    return tf.reshape(tf.sum(gatherTable(x!, segmentIds!, table, 0), 1), outShape(x!, segmentIds!, segments));
  },
  always: true,
  gradient: {
    inputsToSave: ["segmentIds"],
    gradFunc: (dy, [ids]) => ({ x: () => spread(dy as Tensor, ids!) }),
  },
});

/** How many rows each segment has, at least 1, shaped to divide its sums. */
function counts(ids: Tensor, segments: number, rank: number): Tensor {
  const ones = tf.ones([ids.size, 1]);
  const found = tf.unsortedSegmentSum(ones, tf.reshape(ids, [-1]) as Tensor1D, segments);
  return tf.reshape(tf.maximum(found, 1), [segments, ...new Array<number>(rank - 1).fill(1)]);
}

/** Mean of the rows with the same id; zero for a segment without rows. */
defineKernel({
  name: own.segmentMean,
  infer,
  onnx(node, names, b) {
    const all = rowsOf(node, names, b);
    const ones = { ...all, x: b.filled(1, [all.rows, 1], "float32"), width: 1 };
    const table = b.segmentTable(node.inputs.segmentIds!, all.segments);
    const few = all.segments <= oneHotSegments;
    let count: string;
    if (few) count = b.add("ReduceSum", [oneHot(all, b), b.ints([1])], { keepdims: 1 });
    else count = table ? byTable(table, ones, 0, "ReduceSum", b) : byScatter(ones, 0, "add", b);
    const mean = b.add("Div", [sumRows(node, names, b), b.add("Max", [count, b.scalar(1)])]);
    return b.reshape(mean, node.outputs[0]!.shape);
  },
  tfjs({ x, segmentIds }, { numSegments }) {
    const segments = numSegments as number;
    const table = tableOf(segmentIds!, segments);
    if (!table) {
      const total = onDevice(x!, segmentIds!, segments);
      const found = onDevice(tf.ones(segmentIds!.shape), segmentIds!, segments);
      const shape = [segments, ...new Array<number>(total.rank - 1).fill(1)];
      return tf.div(total, tf.reshape(tf.maximum(found, 1), shape));
    }
    const sums = tf.sum(gatherTable(x!, segmentIds!, table, 0), 1);
    const divisor = tf.tensor2d(
      Float32Array.from(table.counts, (n) => Math.max(n, 1)),
      [segments, 1],
    );
    return tf.reshape(tf.div(sums, divisor), outShape(x!, segmentIds!, segments));
  },
  always: true,
  gradient: {
    inputsToSave: ["segmentIds"],
    gradFunc: (dy, [ids], { numSegments }) => ({
      x: () => spread(tf.div(dy as Tensor, counts(ids!, numSegments as number, (dy as Tensor).rank)), ids!),
    }),
  },
});

/** Greatest of the rows with the same id; zero for a segment without rows. Every tie gets the whole gradient. */
defineKernel({
  name: own.segmentMax,
  infer,
  onnx(node, names, b) {
    const all = rowsOf(node, names, b);
    const table = b.segmentTable(node.inputs.segmentIds!, all.segments);
    const max = table ? byTable(table, all, lowest, "ReduceMax", b) : byScatter(all, lowest, "max", b);
    const empty = b.add("Equal", [max, b.scalar(lowest)]);
    return b.reshape(b.add("Where", [empty, b.scalar(0), max]), node.outputs[0]!.shape);
  },
  tfjs({ x, segmentIds }, { numSegments }) {
    const segments = numSegments as number;
    const table = tableOf(segmentIds!, segments);
    const rows = table
      ? gatherTable(x!, segmentIds!, table, lowest)
      : spreadOut(x!, segmentIds!, segments, lowest);
    const max = tf.max(rows, 1);
    const filled = tf.where(tf.equal(max, lowest), tf.zerosLike(max), max);
    return tf.reshape(filled, outShape(x!, segmentIds!, segments));
  },
  always: true,
  gradient: {
    inputsToSave: ["x", "segmentIds"],
    outputsToSave: [true],
    gradFunc: (dy, [x, ids, max]) => ({
      x: () => tf.mul(spread(dy as Tensor, ids!), tf.cast(tf.equal(x!, spread(max!, ids!)), "float32")),
    }),
  },
});
