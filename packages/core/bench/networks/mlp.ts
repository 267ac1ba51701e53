import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type DenseParams, dense } from "../../src/nn/dense.ts";
import type { TensorsOf } from "../../src/nn/layer.ts";
import type { Random } from "../../src/random.ts";
import type { Network, Problem } from "../network.ts";
import { labelsOf, normal, squaredError, taskHeads, taskNames } from "../network.ts";

/** Sizes of the layers, inputs first, and of a batch. */
export interface Perceptron {
  readonly sizes: readonly number[];
  readonly batch: number;
}

type Trunk = { readonly layers: readonly DenseParams[] };
type Columns = { readonly x: Tensor; readonly labels: { readonly [task: string]: Tensor } };

/** Hidden layers with rectifiers, squared error on one output a task. */
export function perceptron({ sizes, batch }: Perceptron, tasks: number, random: Random): Problem<Columns> {
  const names = taskNames(tasks);
  const layers = sizes
    .slice(1)
    .map((outputs, i) => dense({ inputs: sizes[i]!, outputs, activation: tf.relu }));
  const heads = taskHeads<Columns>({ names, inputs: sizes.at(-1)!, outputs: 1, loss: squaredError });
  return {
    tasks: heads.tasks,
    model: {
      init: (stream) => ({
        trunk: { layers: layers.map((layer) => layer.init(stream)) },
        heads: heads.init(stream),
      }),
      apply(params, { x }, mode) {
        const trunk = params.trunk as unknown as TensorsOf<Trunk>;
        const hidden = layers.reduce((h, layer, i) => layer.apply(trunk.layers[i]!, h, mode), x);
        return heads.apply(params.heads as never, hidden);
      },
    },
    batch: { x: normal(random, [batch, sizes[0]!]), labels: labelsOf(names, () => normal(random, [batch])) },
  };
}

const shape: Perceptron = { sizes: [2048, 512, 512], batch: 128 };

export const mlp: Network = {
  name: "mlp",
  title: `MLP ${shape.sizes.join("-")}-1, batch ${shape.batch}`,
  goal: 0.7,
  gram: true,
  problem: (tasks, random) => perceptron(shape, tasks, random),
};
