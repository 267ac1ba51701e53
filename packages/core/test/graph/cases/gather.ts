import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { segmentMax, segmentMean, segmentSum } from "../../../src/graph/index.ts";
import { a, asFloat, type Case, ints, numbers } from "../case.ts";

const ids = ints([2, 0, 2, -1, 1, 2]);
const rows = numbers([6, 3]);
export const cases: readonly Case[] = [
  { name: "gather", f: ([x], [i]) => tf.gather(x!, i as Tensor1D), x: [a], ids: [ints([2, 0, 0, 1])] },
  {
    name: "gather along axis 1",
    f: ([x], [i]) => tf.gather(x!, i as Tensor1D, 1),
    x: [a],
    ids: [ints([3, 3, 0])],
  },
  {
    name: "gather of a table by a matrix",
    f: ([x], [i]) => tf.sum(tf.square(tf.gather(x!, i!)), 1),
    x: [numbers([7, 3])],
    ids: [ints([6, 0, 3, 3, 1, 6], [3, 2])],
  },
  {
    name: "gather with batchDims",
    f: ([x], [i]) => tf.gather(x!, i!, 1, 1),
    x: [numbers([2, 3, 2])],
    ids: [ints([2, 0, 0, 1, 1, 1], [2, 3])],
    own: true,
  },
  {
    name: "oneHot",
    f: ([x], [i]) => tf.matMul(asFloat(tf.oneHot(i as Tensor1D, 3)) as Tensor2D, x as Tensor2D),
    x: [a],
    ids: [ints([2, 0, 1, 2])],
  },
  {
    name: "unsortedSegmentSum",
    f: ([x], [i]) => tf.unsortedSegmentSum(x!, i as Tensor1D, 4),
    x: [rows],
    ids: [ids],
  },
  {
    name: "segmentSum, ids as an argument, 300 segments",
    f: ([x], [i]) => segmentSum(x!, i as Tensor1D, 300),
    x: [rows],
    ids: [ints([299, 0, 299, -1, 7, 7])],
    own: true,
  },
  {
    name: "segmentSum, computed ids, 300 segments",
    f: ([x], [i]) => segmentSum(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ints([299, 0, 299, 8, 7, 7])],
    own: true,
  },
  {
    name: "segmentMean",
    f: ([x], [i]) => segmentMean(x!, i as Tensor1D, 4),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "segmentMean, 300 segments",
    f: ([x], [i]) => segmentMean(x!, i as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "segmentMean, computed ids, 300 segments",
    f: ([x], [i]) => segmentMean(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  { name: "segmentMax", f: ([x], [i]) => segmentMax(x!, i as Tensor1D, 4), x: [rows], ids: [ids], own: true },
  {
    name: "segmentMax, computed ids",
    f: ([x], [i]) => segmentMax(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "message passing",
    f: ([h, e, w], [from, to]) => {
      const messages = tf.relu(tf.add(tf.gather(h!, from as Tensor1D), e!));
      return tf.tanh(tf.matMul(segmentSum(messages, to as Tensor1D, 4) as Tensor2D, w as Tensor2D));
    },
    x: [numbers([4, 3]), numbers([5, 3], -1, 1, 0.5), numbers([3, 2])],
    ids: [ints([0, 1, 2, 3, 1]), ints([1, 0, 3, -1, 3])],
    own: true,
  },
];
