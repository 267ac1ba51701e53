import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type NDArray, unflatten } from "../../../src/graph/index.ts";
import {
  type AnySequenceLayer,
  attention,
  bidirectional,
  gru,
  learnedEncoding,
  lstm,
  sinusoidalEncoding,
  transformerBlock,
} from "../../../src/nn/index.ts";
import { Random } from "../../../src/random.ts";
import { type Case, ints, numbers } from "../case.ts";

const evaluation = { training: false };
const x = numbers([2, 3, 4], -1, 1);
/** The second sequence ends one step earlier. */
const mask = (): Tensor => tf.tensor2d([1, 1, 1, 1, 1, 0], [2, 3]);

/** A layer over x, differentiated by its parameters too. */
function layerCase(name: string, layer: AnySequenceLayer, padded: boolean): Case {
  const params = layer.init(Random.seeded(5, "init"));
  const leaves: NDArray[] = [];
  // Other numbers than zero and one in biases and scales, lest their derivatives come out right by luck.
  mapTree(params, (leaf) => {
    const moved = numbers([...leaf.shape], -0.2, 0.2, leaves.length * 0.1);
    moved.data.set(moved.data.map((v, i) => v + leaf.data[i]!));
    leaves.push(moved);
  });
  return {
    name,
    f([input, ...weights]) {
      const tree = unflatten(params, weights) as never;
      return layer.apply(tree, input!, evaluation, padded ? mask() : undefined);
    },
    x: [x, ...leaves],
    numeric: true,
  };
}

export const cases: readonly Case[] = [
  layerCase("gru", gru({ inputs: 4, units: 3 }), false),
  layerCase("gru, backwards and padded", gru({ inputs: 4, units: 2, reverse: true }), true),
  layerCase("lstm, padded", lstm({ inputs: 4, units: 2 }), true),
  layerCase(
    "bidirectional gru, padded",
    bidirectional((reverse) => gru({ inputs: 4, units: 2, reverse })),
    true,
  ),
  layerCase("causal attention of two heads, padded", attention({ size: 4, heads: 2, causal: true }), true),
  layerCase("transformer block", transformerBlock({ size: 4, heads: 2, hidden: 5 }), false),
  layerCase("sinusoidal encoding", sinusoidalEncoding({ size: 4 }), false),
  layerCase("learned encoding", learnedEncoding({ size: 4, length: 5 }), false),
  {
    name: "tf.basicLSTMCell, two steps",
    f([data, kernel, bias, cell, state]) {
      const step = (input: Tensor, c: Tensor, h: Tensor): [Tensor2D, Tensor2D] =>
        tf.basicLSTMCell(
          tf.scalar(1),
          kernel as Tensor2D,
          bias as Tensor1D,
          input as Tensor2D,
          c as Tensor2D,
          h as Tensor2D,
        );
      const [c, h] = step(data!, cell!, state!);
      return tf.concat(step(tf.neg(data!), c, h), 1);
    },
    x: [
      numbers([2, 3]),
      numbers([5, 8], -1, 1, 0.1),
      numbers([8], -1, 1, 0.2),
      numbers([2, 2], -1, 1, 0.3),
      numbers([2, 2], -1, 1, 0.4),
    ],
  },
  {
    name: "sequences turned around up to their lengths",
    f([sequence], [lengths]) {
      const steps = tf.range(0, 3, 1, "int32");
      const last = tf.sub(tf.reshape(lengths!, [2, 1]), tf.scalar(1, "int32"));
      const turned = tf.sub(last, tf.reshape(steps, [1, 3]));
      const source = tf.where(
        tf.greaterEqual(turned, tf.scalar(0, "int32")),
        turned,
        tf.tile(tf.reshape(steps, [1, 3]), [2, 1]),
      );
      return tf.gather(sequence!, source, 1, 1);
    },
    x: [x],
    ids: [ints([3, 2])],
    own: true,
  },
  {
    name: "additive attention with a learned query",
    f([h, w, q]) {
      const scores = tf.einsum("bte,e->bt", tf.tanh(tf.einsum("btd,de->bte", h!, w!)), q!);
      return tf.einsum("bt,btd->bd", tf.softmax(scores), h!);
    },
    x: [x, numbers([4, 3], -1, 1, 0.3), numbers([3], -1, 1, 0.6)],
    own: true,
  },
  {
    name: "temporal differences with a greedy target",
    f([values, next, reward], [actions]) {
      const best = tf.max(next!, 1);
      const target = tf.add(reward!, tf.mul(0.9, best));
      const chosen = tf.sum(tf.mul(values!, tf.cast(tf.oneHot(actions as Tensor1D, 3), "float32")), 1);
      return tf.losses.huberLoss(target, chosen);
    },
    x: [numbers([4, 3]), numbers([4, 3], -1, 1, 0.3), numbers([4], -1, 1, 0.5)],
    ids: [ints([2, 0, 1, 2])],
  },
];
