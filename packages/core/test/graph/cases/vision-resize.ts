import type { Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { array } from "../../../src/graph/index.ts";
import { type Case, ints, numbers } from "../case.ts";

/** Where tfjs has a gradient for these, most of them are wrong: it swaps height and width, or forgets half-pixel centres. */
const image = (name: string, f: (x: Tensor4D) => tf.Tensor, shape = [2, 3, 4, 2]): Case => ({
  name,
  f: ([x]) => f(x as Tensor4D),
  x: [numbers(shape)],
  numeric: true,
});

const boxes = array([0.1, 0.05, 0.93, 0.8, 0.3, 0.7, 0.61, 0.12, -0.23, 0.15, 0.71, 1.3], [3, 4]);

export const cases: readonly Case[] = [
  image("resizeBilinear, larger", (x) => tf.image.resizeBilinear(x, [6, 8])),
  image("resizeBilinear, odd factors", (x) => tf.image.resizeBilinear(x, [7, 5])),
  image("resizeBilinear, smaller", (x) => tf.image.resizeBilinear(x, [2, 3]), [2, 5, 7, 2]),
  image("resizeBilinear, corners aligned", (x) => tf.image.resizeBilinear(x, [5, 7], true)),
  image("resizeBilinear to one pixel, corners aligned", (x) => tf.image.resizeBilinear(x, [1, 3], true)),
  image("resizeBilinear, half-pixel centres", (x) => tf.image.resizeBilinear(x, [6, 5], false, true)),
  image("resizeNearestNeighbor, doubled", (x) => tf.image.resizeNearestNeighbor(x, [6, 8])),
  image("resizeNearestNeighbor, smaller", (x) => tf.image.resizeNearestNeighbor(x, [2, 5]), [2, 5, 7, 2]),
  image("resizeNearestNeighbor, corners aligned", (x) => tf.image.resizeNearestNeighbor(x, [5, 7], true)),
  image("resizeNearestNeighbor, half-pixel centres", (x) =>
    tf.image.resizeNearestNeighbor(x, [5, 6], false, true),
  ),
  {
    name: "cropAndResize",
    f: ([x, b], [i]) => tf.image.cropAndResize(x as Tensor4D, b as Tensor2D, i as Tensor1D, [3, 2]),
    x: [numbers([2, 5, 4, 2]), boxes],
    ids: [ints([1, 0, 1])],
    numeric: true,
  },
  {
    name: "cropAndResize, nearest, another value outside",
    f: ([x, b], [i]) =>
      tf.image.cropAndResize(x as Tensor4D, b as Tensor2D, i as Tensor1D, [2, 3], "nearest", 0.5),
    x: [numbers([2, 5, 4, 2]), boxes],
    ids: [ints([1, 0, 1])],
    numeric: true,
  },
  {
    name: "cropAndResize to one pixel",
    f: ([x, b], [i]) => tf.image.cropAndResize(x as Tensor4D, b as Tensor2D, i as Tensor1D, [1, 1]),
    x: [numbers([2, 5, 4, 2]), boxes],
    ids: [ints([0, 0, 1])],
    numeric: true,
  },
  image("depthToSpace", (x) => tf.depthToSpace(x, 2), [2, 2, 3, 8]),
  image(
    "spaceToBatchND",
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 3],
        [
          [0, 1],
          [1, 1],
        ],
      ),
    [2, 3, 4, 2],
  ),
  image(
    "batchToSpaceND",
    (x) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    [8, 2, 3, 2],
  ),
  image("mirrorPad, reflect", (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 2],
        [2, 0],
        [0, 0],
      ],
      "reflect",
    ),
  ),
  image("mirrorPad, symmetric", (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [1, 2],
        [0, 3],
        [0, 0],
      ],
      "symmetric",
    ),
  ),
  {
    name: "dilation2d",
    f: ([x, w]) => tf.dilation2d(x as Tensor4D, w as tf.Tensor3D, [1, 2], "same", 1),
    x: [numbers([1, 4, 5, 2]), numbers([2, 3, 2], -1, 1, 0.3)],
    numeric: true,
  },
];
