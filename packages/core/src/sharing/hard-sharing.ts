import type { Tensor } from "@tensorflow/tfjs";
import { sequential } from "../nn/sequential.ts";
import { type SplitModel, splitModel } from "../train/split-model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { byTask, type SharingOptions, sharedBy } from "./policy.ts";

/**
 * All tasks share all layers: z = f_L(… f_1(x)), output of task k = h_k(z). What every other policy is measured against, and what it begins as, or
 * has as a special case.
 *
 * It is `splitModel` over `sequential(layers)` and nothing more. Parameters: `trunk/LAYER`, `heads/TASK`. A `SplitModel`: methods
 * that look at the representation take it.
 *
 * Cost: one pass through the layers, for any number of tasks.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Caruana, "Multitask Learning", Machine Learning 1997, https://doi.org/10.1023/A:1007379606734. No difference known.
 *
 * @throws OutriggerError `bad-option` without a layer or a head
 */
export function hardSharing<B = ColumnBatch<Tensor>>(options: SharingOptions<B>): SplitModel<B> {
  const { layers, heads, inputs, tasks } = sharedBy("hardSharing", options);
  const trunk = sequential(layers);
  return splitModel({
    init: (random) => ({
      trunk: trunk.init(random),
      heads: byTask(tasks, (task) => heads[task]!.init(random)),
    }),
    represent: (params, batch, mode) => trunk.apply(params as never, inputs(batch), mode),
    decode: (params, z, _, mode, task) => heads[task]!.apply(params as never, z, mode),
  });
}
