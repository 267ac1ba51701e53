import type { Tensor } from "@tensorflow/tfjs";
import { sequential } from "../nn/sequential.ts";
import type { Model } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { type PleOptions, ple } from "./ple.ts";
import { sharedBy } from "./policy.ts";

/**
 * Customized gate control: every task mixes experts of its own with experts that all share, output of task k = h_k(Σ softmax(x W_k) · [f_k(x), f_s(x)]).
 *
 * Each expert is the chain of `layers` with parameters of its own: it is {@link ple} with all layers in one level. Other tasks' experts are out
 * of reach, which is what keeps a task that conflicts from pulling them.
 *
 * Parameters: `trunk/0/shared/NUMBER/LAYER`, `heads/TASK/experts/NUMBER/LAYER`, `heads/TASK/gate`, `heads/TASK/head`. No `SplitModel`.
 *
 * Cost: sharedExperts + T · taskExperts passes through the layers.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Tang, Liu, Zhao and Gong, "Progressive Layered Extraction (PLE): A Novel Multi-Task Learning (MTL) Model for Personalized
 * Recommendations", RecSys 2020, https://doi.org/10.1145/3383313.3412236. No difference known.
 *
 * @throws OutriggerError as {@link ple}
 */
export function cgc<B = ColumnBatch<Tensor>>(options: PleOptions<B>): Model<B> {
  const { layers } = sharedBy("cgc", options);
  return ple({ ...options, layers: [sequential(layers)] });
}
