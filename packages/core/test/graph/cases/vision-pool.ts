import type { Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { type Case, ints, numbers } from "../case.ts";

const image = (name: string, f: (x: Tensor4D) => tf.Tensor, shape = [2, 5, 6, 2]): Case => ({
  name,
  f: ([x]) => f(x as Tensor4D),
  x: [numbers(shape)],
});

/** tfjs divides the gradient by the size of the window even where it meets padding, and forgets the rounding mode. */
const numeric = (one: Case): Case => ({ ...one, numeric: true });

/** Whole numbers in which every window has several greatest places. */
const tied = ints(
  Array.from({ length: 32 }, (_, i) => [1, 1, 0, 2, 2, 0, 1, 2][(i * 3) % 8]!),
  [1, 4, 4, 2],
);

export const cases: readonly Case[] = [
  image("maxPool, 2×2", (x) => tf.maxPool(x, 2, 2, "valid"), [2, 4, 6, 2]),
  image("maxPool, 2×2, odd sizes, valid", (x) => tf.maxPool(x, 2, 2, "valid"), [2, 5, 7, 2]),
  image("maxPool, 2×2, odd sizes, same", (x) => tf.maxPool(x, 2, 2, "same"), [2, 5, 7, 2]),
  image("maxPool, overlapping, same", (x) => tf.maxPool(x, 3, 2, "same")),
  image("maxPool, overlapping, valid", (x) => tf.maxPool(x, [3, 2], [1, 2], "valid")),
  image("maxPool, padding 1", (x) => tf.maxPool(x, 3, 2, 1)),
  image("maxPool, gaps between windows", (x) => tf.maxPool(x, 1, 2, "same")),
  image(
    "maxPool, gaps between windows, padding at the end",
    (x) => tf.maxPool(x, 2, 3, "same"),
    [1, 4, 4, 2],
  ),
  numeric(image("maxPool, rounding up", (x) => tf.maxPool(x, 2, 2, 0, "ceil"), [1, 5, 4, 2])),
  {
    ...image("maxPool of negative numbers", (x) => tf.maxPool(x, 3, 1, "same")),
    x: [numbers([1, 4, 4, 2], -3, -1)],
  },
  image("avgPool, 2×2", (x) => tf.avgPool(x, 2, 2, "valid"), [2, 4, 6, 2]),
  image("avgPool, 2×2, odd sizes, valid", (x) => tf.avgPool(x, 2, 2, "valid"), [2, 5, 7, 2]),
  numeric(image("avgPool, 2×2, odd sizes, same", (x) => tf.avgPool(x, 2, 2, "same"), [2, 5, 7, 2])),
  numeric(image("avgPool, overlapping, same", (x) => tf.avgPool(x, 3, 2, "same"))),
  numeric(image("avgPool, stride 1, same", (x) => tf.avgPool(x, 3, 1, "same"))),
  numeric(
    image(
      "avgPool, gaps between windows, padding at the end",
      (x) => tf.avgPool(x, 2, 3, "same"),
      [1, 4, 4, 2],
    ),
  ),
  numeric(image("avgPool, padding 1", (x) => tf.avgPool(x, 3, 2, 1))),
  numeric(
    image("avgPool, explicit padding", (x) =>
      tf.avgPool(
        x,
        [3, 2],
        [2, 1],
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      ),
    ),
  ),
  image("global average pool", (x) => tf.mean(x, [1, 2])),
  image("pool with dilation 2", (x) => tf.pool(x, 2, "max", "same", 2, 1), [1, 6, 6, 2]),
  {
    name: "the gradient of maxPool goes to the first of ties",
    f([dy], [ties]) {
      const input = tf.cast(ties!, "float32") as Tensor4D;
      const output = tf.maxPool(input, 2, 2, "valid");
      const attributes = { filterSize: 2, strides: 2, pad: "valid" };
      return tf.engine().runKernel("MaxPoolGrad", { dy: dy!, input, output }, attributes) as tf.Tensor;
    },
    x: [numbers([1, 2, 2, 2])],
    ids: [tied],
    numeric: true,
  },
];
