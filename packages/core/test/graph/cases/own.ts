import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { combine, gram, normalize, scan, stopGradient } from "../../../src/graph/index.ts";
import { a, b, type Case, flat, numbers, row, unary } from "../case.ts";

export const cases: readonly Case[] = [
  { ...unary("normalize", (x) => normalize(x, 0.01)), numeric: true },
  { ...flat("stopGradient", (x) => stopGradient(x)), own: true },
  {
    name: "gram",
    f: ([x, y]) =>
      gram([
        { p: x!, q: y! },
        { p: y!, q: x! },
      ]),
    x: [a, b],
    own: true,
    flat: true,
  },
  {
    name: "combine",
    f: ([w, x, y]) => combine(tf.reshape(w!, [-1]) as Tensor1D, [x!, y!, x!]) as Tensor,
    x: [numbers([3], -1, 1, 0.3), a, b],
    own: true,
    numeric: true,
  },
  {
    name: "custom gradient",
    f: ([x]) =>
      tf.customGrad((t, save) => {
        (save as (t: Tensor[]) => void)([t as Tensor]);
        return {
          value: tf.square(t as Tensor),
          gradFunc: (dy: Tensor, [s]: Tensor[]) => tf.mul(dy, tf.mul(2, s!)),
        };
      })(x!),
    x: [a],
  },
  {
    name: "scan",
    f: ([x, w]) => {
      const { state, out } = scan(
        (s: Tensor, row: Tensor) => ({ state: tf.add(tf.mul(s, w!), row), out: tf.tanh(s) }),
        tf.zeros([4]) as Tensor,
        x!,
      );
      return tf.concat([tf.reshape(state, [1, 4]), out]);
    },
    x: [a, row],
    own: true,
    flat: true,
  },
];
