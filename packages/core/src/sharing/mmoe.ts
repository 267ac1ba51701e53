import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Tree } from "../graph/array.ts";
import { checkSizes } from "../nn/check.ts";
import { sequential } from "../nn/sequential.ts";
import { type SplitModel, splitModel } from "../train/split-model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { gate, mixture } from "./inner/gate.ts";
import { widthOf } from "./inner/shapes.ts";
import { byTask, type ShapedOptions, several, sharedBy } from "./policy.ts";

export interface MmoeOptions<B = ColumnBatch<Tensor>> extends ShapedOptions<B> {
  /** How many. Default 4, ours. */
  readonly experts?: number;
}

interface Gated<T> {
  readonly gate: Tree<T>;
  readonly head: Tree<T>;
}

/**
 * Several experts that all tasks share, and a gate a task that mixes them for every sample: output of task k = h_k(Σ_e g_ke(x) f_e(x)), g_k(x) =
 * softmax(x W_k).
 *
 * Each expert f_e is the chain of `layers` with parameters of its own; W_k is [width of x, experts], Glorot uniform at first, without bias. Of
 * inputs with more axes (images) the gate sees the mean over all but the last.
 *
 * Parameters: `trunk/experts/NUMBER/LAYER`, `heads/TASK/gate`, `heads/TASK/head`. A `SplitModel`: its representation is all experts' outputs,
 * [batch, experts, …], and gates see the batch besides.
 *
 * Cost: `experts` passes through the layers, for any number of tasks.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Ma, Zhao, Yi, Chen, Hong and Chi, "Modeling Task Relationships in Multi-task Learning with Multi-gate Mixture-of-Experts", KDD 2018,
 * https://doi.org/10.1145/3219819.3220007. No difference known.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, or for a number of experts that is no positive whole number
 */
export function mmoe<B = ColumnBatch<Tensor>>(options: MmoeOptions<B>): SplitModel<B> {
  const { layers, heads, inputs, tasks } = sharedBy("mmoe", options);
  const { experts = 4, shape } = options;
  checkSizes("mmoe", { experts });
  const expert = sequential(layers);
  const choice = gate(widthOf("mmoe", shape), experts);
  return splitModel({
    init(random) {
      const trunk = { experts: several(experts, () => expert.init(random)) };
      const own = byTask(tasks, (task) => heads[task]!.init(random));
      return { trunk, heads: byTask(tasks, (task) => ({ head: own[task]!, gate: choice.init(random) })) };
    },
    represent(params, batch, mode) {
      const x = inputs(batch);
      const all = (params as { readonly experts: readonly Tree<Tensor>[] }).experts;
      return tf.stack(
        all.map((each) => expert.apply(each as never, x, mode)),
        1,
      );
    },
    decode(params, z, batch, mode, task) {
      const own = params as unknown as Gated<Tensor>;
      const weights = choice.apply(own.gate as never, inputs(batch), mode);
      return heads[task]!.apply(own.head as never, mixture(tf.unstack(z, 1), weights), mode);
    },
  });
}
