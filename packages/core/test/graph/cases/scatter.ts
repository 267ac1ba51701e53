import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { segmentSum } from "../../../src/graph/index.ts";
import { type Case, ints, numbers } from "../case.ts";

const cube = numbers([3, 4, 2]);
const strided =
  (begin: number[], end: number[], strides: number[], ...masks: number[]) =>
  ([x]: Tensor[]): Tensor =>
    tf.stridedSlice(x!, begin, end, strides, ...masks);

export const cases: readonly Case[] = [
  {
    name: "gatherND of elements",
    f: ([x], [i]) => tf.gatherND(x!, i!),
    x: [cube],
    ids: [ints([2, 3, 1, 0, 0, 0, 2, 3, 1], [3, 3])],
    numeric: true,
  },
  {
    name: "gatherND of rows",
    f: ([x], [i]) => tf.gatherND(x!, i!),
    x: [cube],
    ids: [ints([2, 3, 0, 1, 0, 1, 1, 1], [2, 2, 2])],
    numeric: true,
  },
  {
    name: "scatterND, places met twice",
    f: ([x], [i]) => tf.scatterND(i!, x!, [4, 5]),
    x: [numbers([4])],
    ids: [ints([3, 4, 0, 1, 3, 4, 2, 0], [4, 2])],
    numeric: true,
  },
  {
    name: "scatterND of rows into 300",
    f: ([x], [i]) => tf.scatterND(i!, x!, [300, 2]),
    x: [numbers([4, 2])],
    ids: [ints([3, 299, 3, 0], [4, 1])],
    numeric: true,
  },
  {
    name: "scatterND of ints",
    f: ([x], [i]) =>
      tf.mul(
        x!,
        tf.cast(tf.scatterND(i!, tf.add(tf.reshape(i!, [-1]), tf.scalar(7, "int32")), [4]), "float32"),
      ),
    x: [numbers([4])],
    ids: [ints([3, 0, 3], [3, 1])],
  },
  {
    name: "scatterND of ints into 300",
    f: ([x], [i]) => tf.mul(x!, tf.sum(tf.cast(tf.scatterND(i!, tf.reshape(i!, [-1]), [300]), "float32"))),
    x: [numbers([4])],
    ids: [ints([3, 299, 3], [3, 1])],
  },
  {
    name: "tensorScatterUpdate, the last one stays",
    f: ([x, u], [i]) => tf.tensorScatterUpdate(x!, i!, u!),
    x: [numbers([5, 2]), numbers([3, 2], -1, 1, 0.5)],
    ids: [ints([4, 1, 4], [3, 1])],
    numeric: true,
  },
  {
    name: "tensorScatterUpdate of elements",
    f: ([x, u], [i]) => tf.tensorScatterUpdate(x!, i!, u!),
    x: [numbers([20, 20]), numbers([3], -1, 1, 0.5)],
    ids: [ints([4, 1, 0, 0, 19, 7], [3, 2])],
    numeric: true,
  },
  {
    name: "sparseToDense",
    f: ([v, d], [i]) =>
      tf.add(tf.sparseToDense(i!, v!, [3, 3], 0.5), tf.sparseToDense(tf.scalar(2, "int32"), tf.sum(d!), [3])),
    x: [numbers([3]), numbers([2])],
    ids: [ints([0, 1, 2, 2, 1, 0], [3, 2])],
    numeric: true,
  },
  {
    name: "unsortedSegmentSum, ids outside on both sides",
    f: ([x], [i]) => segmentSum(x!, i as Tensor1D, 3),
    x: [numbers([5, 2])],
    ids: [ints([2, -1, 3, 0, 7])],
    own: true,
  },
  {
    name: "stridedSlice, every other",
    f: strided([0, 1, 0], [3, 4, 2], [2, 2, 1]),
    x: [cube],
    numeric: true,
  },
  {
    name: "stridedSlice, backwards",
    f: strided([2, -1, 1], [0, 0, 0], [-1, -3, -1], 0, 0),
    x: [cube],
    numeric: true,
  },
  {
    name: "stridedSlice, open ends",
    f: strided([1, 1, 1], [2, 2, 1], [1, 2, -1], 0b001, 0b110),
    x: [cube],
    numeric: true,
  },
  {
    name: "stridedSlice, one axis dropped and one added",
    f: strided([1, 0, 0, 1], [2, 1, 2, 2], [1, 1, 1, 1], 0, 0, 0b100, 0b0010, 0b0001),
    x: [cube],
    numeric: true,
  },
  {
    name: "stridedSlice, ellipsis",
    f: strided([0, 1], [0, 2], [1, 1], 0, 0, 0b01, 0, 0b10),
    x: [cube],
    numeric: true,
  },
  { name: "diag", f: ([x]) => tf.diag(x!), x: [numbers([4])], numeric: true },
  { name: "diag of a matrix", f: ([x]) => tf.diag(x!), x: [numbers([2, 3])], numeric: true },
  { name: "bandPart", f: ([x]) => tf.linalg.bandPart(x!, 1, 0), x: [numbers([3, 3])], numeric: true },
  {
    name: "confusion matrix",
    f: ([x], [i, j]) =>
      tf.mul(x!, tf.cast(tf.math.confusionMatrix(i as Tensor1D, j as Tensor1D, 3), "float32")),
    x: [numbers([3, 3])],
    ids: [ints([2, 0, 1, 2]), ints([2, 1, 1, 2])],
  },
  {
    name: "flipLeftRight",
    f: ([x]) => tf.image.flipLeftRight(x as never),
    x: [numbers([1, 2, 3, 2])],
    numeric: true,
  },
  {
    name: "local response normalization",
    f: ([x]) => tf.localResponseNormalization(x as never, 1, 1.2, 0.4, 0.6),
    x: [numbers([1, 2, 2, 5])],
    numeric: true,
  },
];
