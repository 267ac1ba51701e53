import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../../graph/index.ts";
import type { Mode } from "../../nn/layer.ts";
import type { Random } from "../../random.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Start } from "./look-ahead.ts";

/** The losses of one task that get weights: those of its samples, or one of all of them. */
export interface TaskRows {
  /** ℓ, [n] */
  readonly values: Tensor1D;
  /** s, how much each is of the task's loss: L_k = Σᵢ sᵢ ℓᵢ. 0 for a sample without a label. [n] */
  readonly share: Tensor1D;
  /** Number of labelled samples. */
  readonly count: Scalar;
}

/** A network that weighs losses by what is known of them. Everything but `init` is recorded in traces. */
export interface Weigher<B> {
  init(random: Random): Tree<NDArray>;
  /** What is weighed, task by task. */
  rows(params: ParamsTensors, batch: B, mode: Mode): readonly TaskRows[];
  /** What is known of all rows of all tasks, [R, F]. */
  features(start: Omit<Start<B>, "weights" | "dev">, rows: readonly TaskRows[]): Tensor2D;
  /** One weight a row, [R]. */
  weigh(phi: Tree<Tensor>, features: Tensor2D): Tensor1D;
}

/** L_k. */
export const lossOf = ({ values, share }: Pick<TaskRows, "values" | "share">): Scalar =>
  tf.sum<Scalar>(tf.mul(values, share));

/** What each row adds to the sum of all losses, sᵢ ℓᵢ, [R]. */
export const parts = (rows: readonly TaskRows[]): Tensor1D =>
  tf.concat(rows.map(({ values, share }) => tf.mul<Tensor1D>(values, share)));

/** The mean weight of every task's rows, Σᵢ sᵢ wᵢ: 0 for a task without a label. */
export function meanWeights(rows: readonly TaskRows[], weights: Tensor1D): Scalar[] {
  let start = 0;
  return rows.map(({ share }) => {
    const own = tf.slice(weights, [start], [share.size]);
    start += share.size;
    return tf.sum<Scalar>(tf.mul(own, share));
  });
}
