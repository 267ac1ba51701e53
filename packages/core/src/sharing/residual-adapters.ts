import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import { checkSizes } from "../nn/check.ts";
import { dense } from "../nn/dense.ts";
import { constant } from "../nn/initialize.ts";
import type { AnyLayer } from "../nn/layer.ts";
import type { Model } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { hardSharing } from "./hard-sharing.ts";
import { widthsOf } from "./inner/shapes.ts";
import { byTask, type ShapedOptions, sharedBy } from "./policy.ts";

export interface ResidualAdaptersOptions<B = ColumnBatch<Tensor>> extends ShapedOptions<B> {
  /** Width of an adapter's middle. Default: a quarter of the layer's width, rounded up; ours. */
  readonly size?: number;
  /** Of the middle. Default `tf.relu`. */
  readonly activation?: (x: Tensor) => Tensor;
}

type AdapterParams = { readonly down: Tree<NDArray>; readonly up: Tree<NDArray> };

interface Adapted<T> {
  readonly adapters: readonly Tree<T>[];
  readonly head: Tree<T>;
}

/** h + U a(D h + d) + u, with U and u zero at first. */
function adapter(width: number, size: number, activation: (x: Tensor) => Tensor): AnyLayer {
  const [down, up] = [
    dense({ inputs: width, outputs: size, activation }),
    dense({ inputs: size, outputs: width }),
  ];
  return {
    init: (random): AdapterParams => ({
      down: down.init(random),
      up: { kernel: constant([size, width], 0), bias: constant([width], 0) },
    }),
    apply: (params: { down: never; up: never }, h, mode) =>
      tf.add(h, up.apply(params.up, down.apply(params.down, h, mode), mode)),
  };
}

/**
 * All tasks share all layers, and each bends the features a little after every layer: with h_l what layer l gives task k, the next layer reads
 * h_l + U a(D h_l + d) + u, whose D [width, size], U [size, width], d and u are the task's own.
 *
 * U and u are zero at first, so a run begins as with hard sharing. With the trunk frozen it is the adapt stage of a pre-trained network: a few
 * parameters a task, found under `heads/TASK/adapters`, which may then be joined by the rest.
 *
 * Parameters: `trunk/LAYER`, `heads/TASK/adapters/LAYER/down`, `…/up`, `heads/TASK/head`. No `SplitModel`: tasks part after the first layer.
 *
 * Cost: T passes through the layers, and 4 · size · width operations a sample, task and layer.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Rebuffi, Bilen and Vedaldi, "Learning multiple visual domains with residual adapters", NeurIPS 2017, https://arxiv.org/abs/1705.08045;
 * with a narrow middle by Houlsby et al., "Parameter-Efficient Transfer Learning for NLP", ICML 2019, https://arxiv.org/abs/1902.00751; as a stage of
 * multi-task training by Liang et al., "Effective Adaptation in Multi-Task Co-Training for Unified Autonomous Driving", NeurIPS 2022,
 * https://arxiv.org/abs/2209.08953. Differences: the first has full width, batch norm and no activation; the last reads several scales at once and language
 * prompts.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, for a size that is no positive whole number, or where a sample has a single number
 */
export function residualAdapters<B = ColumnBatch<Tensor>>(options: ResidualAdaptersOptions<B>): Model<B> {
  const { layers, heads, inputs, tasks } = sharedBy("residualAdapters", options);
  const { size, activation = tf.relu } = options;
  if (size !== undefined) checkSizes("residualAdapters", { size });
  const plain = hardSharing(options);
  const behind = (width: number): AnyLayer => adapter(width, size ?? Math.ceil(width / 4), activation);
  return {
    init(random) {
      const begin = plain.init(random);
      const params = begin.trunk as readonly Tree<NDArray>[];
      const [, ...widths] = widthsOf("residualAdapters", layers, params, options.shape);
      return {
        trunk: begin.trunk,
        heads: byTask(tasks, (task) => ({
          head: begin.heads[task]!,
          adapters: widths.map((width) => behind(width).init(random)),
        })),
      };
    },
    apply(params, batch, mode) {
      const trunk = params.trunk as readonly Tree<Tensor>[];
      return byTask(tasks, (task) => {
        const { adapters, head } = params.heads[task] as unknown as Adapted<Tensor>;
        const z = layers.reduce((x, layer, l) => {
          const h = layer.apply(trunk[l] as never, x, mode);
          return behind(h.shape.at(-1)!).apply(adapters[l] as never, h, mode);
        }, inputs(batch));
        return heads[task]!.apply(head as never, z, mode);
      });
    },
  };
}
