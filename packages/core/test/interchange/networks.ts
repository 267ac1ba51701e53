import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { segmentMean } from "@outrigger/core/graph/index";
import type { Applicable } from "@outrigger/core/interchange/evaluation-graph";
import { dense, embedding, glorot, gru, layerNorm, mlp } from "@outrigger/core/nn/index";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { numbers } from "../graph/case.ts";

/** A network to be written and read: its parameters, and a batch of `rows` rows. */
export interface Network {
  readonly name: string;
  readonly model: Applicable;
  readonly params: Params;
  readonly batch: (rows: number) => Tree<NDArray>;
}

const random = Random.seeded(3, "networks");
const evaluation = { training: false };

function perceptron(): Network {
  const trunk = mlp({ sizes: [5, 8, 6], norm: true, dropout: 0.2 });
  const heads = {
    y: dense({ inputs: 6, outputs: 1 }),
    a: dense({ inputs: 6, outputs: 3, activation: tf.softmax }),
  };
  return {
    name: "perceptron",
    params: {
      trunk: trunk.init(random) as Tree<NDArray>,
      heads: { y: heads.y.init(random), a: heads.a.init(random) },
    },
    model: {
      apply(params, { inputs }: { inputs: Tensor2D }) {
        const hidden = tf.relu(trunk.apply(params.trunk as never, inputs, evaluation));
        return {
          y: heads.y.apply(params.heads.y as never, hidden, evaluation),
          a: heads.a.apply(params.heads.a as never, hidden, evaluation),
        };
      },
    },
    batch: (rows) => ({ inputs: numbers([rows, 5]) }),
  };
}

/** One pre-norm block with two attention heads over six tokens of width eight, and a mean over the tokens. */
function transformer(): Network {
  const [tokens, width, count] = [6, 8, 2];
  const parts = {
    embed: embedding({ categories: 11, width }),
    one: layerNorm({ size: width }),
    two: layerNorm({ size: width }),
    query: dense({ inputs: width, outputs: width }),
    key: dense({ inputs: width, outputs: width }),
    value: dense({ inputs: width, outputs: width }),
    out: dense({ inputs: width, outputs: width }),
    wide: dense({ inputs: width, outputs: 2 * width, activation: (x) => tf.mul(x, tf.sigmoid(x)) }),
    narrow: dense({ inputs: 2 * width, outputs: width }),
  };
  const head = dense({ inputs: width, outputs: 1 });
  const init = Object.entries(parts).map(([name, layer]) => [name, layer.init(random) as Tree<NDArray>]);
  return {
    name: "transformer",
    params: { trunk: Object.fromEntries(init), heads: { y: head.init(random) } },
    model: {
      apply(params, { ids, mask }: { ids: Tensor2D; mask: Tensor2D }) {
        const use = (name: keyof typeof parts, x: Tensor): Tensor =>
          parts[name].apply((params.trunk as never)[name], x, evaluation);
        const apart = (x: Tensor): Tensor =>
          tf.transpose(tf.reshape(x, [-1, tokens, count, width / count]), [0, 2, 1, 3]);
        let x = tf.reshape(use("embed", tf.reshape(ids, [-1])), [-1, tokens, width]);
        const normal = use("one", x);
        const [q, k, v] = (["query", "key", "value"] as const).map((name) => apart(use(name, normal)));
        const scores = tf.div(tf.matMul(q!, k!, false, true), Math.sqrt(width / count));
        const hidden = tf.mul(tf.sub(1, tf.reshape(mask, [-1, 1, 1, tokens])), -1e9);
        const mixed = tf.matMul(tf.softmax(tf.add(scores, hidden)), v!);
        x = tf.add(x, use("out", tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, tokens, width])));
        x = tf.add(x, use("narrow", use("wide", use("two", x))));
        return { y: head.apply(params.heads.y as never, tf.mean(x, 1), evaluation) };
      },
    },
    batch: (rows) => ({
      ids: array(
        Int32Array.from({ length: rows * tokens }, (_, i) => (7 * i + 3) % 11),
        [rows, tokens],
      ),
      mask: array(
        Float32Array.from({ length: rows * tokens }, (_, i) => Number(i % 5 > 0)),
        [rows, tokens],
      ),
    }),
  };
}

function convolutional(): Network {
  const head = dense({ inputs: 4, outputs: 2 });
  const kernel = (shape: [number, number, number, number]): NDArray => {
    const { data } = glorot(random, [shape[0] * shape[1] * shape[2], shape[3]]);
    return array(data, shape);
  };
  return {
    name: "convolutional network",
    params: {
      trunk: { one: kernel([3, 3, 2, 4]), two: kernel([3, 3, 4, 4]), bias: numbers([4]) },
      heads: { y: head.init(random) },
    },
    model: {
      apply({ trunk, heads }, { images }: { images: Tensor4D }) {
        const { one, two, bias } = trunk as Record<string, Tensor4D>;
        const first = tf.maxPool(
          tf.relu(tf.add(tf.conv2d(images, one!, 1, "same"), bias!)) as Tensor4D,
          2,
          2,
          "same",
        );
        const second = tf.avgPool(tf.relu(tf.conv2d(first, two!, [2, 1], "valid")), 2, 1, "valid");
        return { y: head.apply(heads.y as never, tf.mean(second, [1, 2]), evaluation) };
      },
    },
    batch: (rows) => ({ images: numbers([rows, 9, 10, 2]) }),
  };
}

function recurrent(): Network {
  const layer = gru({ inputs: 3, units: 4 });
  const head = dense({ inputs: 4, outputs: 1 });
  return {
    name: "recurrent network",
    params: { trunk: layer.init(random) as Tree<NDArray>, heads: { y: head.init(random) } },
    model: {
      apply({ trunk, heads }, { steps }: { steps: Tensor3D }) {
        const states = layer.apply(trunk as never, steps, evaluation);
        return { y: head.apply(heads.y as never, tf.mean(states, 1), evaluation) };
      },
    },
    batch: (rows) => ({ steps: numbers([rows, 5, 3]) }),
  };
}

export const networks: readonly Network[] = [perceptron(), transformer(), convolutional(), recurrent()];

/** Rows of nodes added up by graph: the batch's arrays have different first dimensions. */
export function graphNetwork(): Network {
  const head = dense({ inputs: 3, outputs: 1 });
  return {
    name: "graph network",
    params: { trunk: [], heads: { y: head.init(random) } },
    model: {
      apply: ({ heads }, { nodes, ids }: { nodes: Tensor2D; ids: tf.Tensor1D }) => ({
        y: head.apply(heads.y as never, segmentMean(nodes, ids, 4), evaluation),
      }),
    },
    batch: (rows) => ({
      nodes: numbers([rows, 3]),
      ids: array(Int32Array.from({ length: rows }, (_, i) => i % 4)),
    }),
  };
}
