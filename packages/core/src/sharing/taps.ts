import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { array, leaves, mapTree, type NDArray, type Tree, unflatten } from "../graph/array.ts";
import { stopGradient } from "../graph/ops.ts";
import { constant } from "../nn/initialize.ts";
import type { Model, Params } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { hardSharing } from "./hard-sharing.ts";
import { byTask, type SharingOptions, sharedBy } from "./policy.ts";

export interface TapsOptions<B = ColumnBatch<Tensor>> extends SharingOptions<B> {
  /** λ: what a task's loss grows by per unit of its mean |s| over the layers. Default 1, of the paper's 0.5 and 1. More share more. */
  readonly lambda?: number;
  /** τ: a layer is shared while its score is below. Default 0.1, the authors' code. */
  readonly threshold?: number;
  /** What the scores are at first. Default 0.15, the authors' code: every layer starts as the task's own. */
  readonly start?: number;
  /**
   * No gradient reaches the trunk: tasks depart from a base that was trained before, given in `init`. Default false: the base trains with
   * them. An optimiser with weight decay still moves a frozen base; leave it out there, or keep "trunk" from training.
   */
  readonly frozen?: boolean;
}

/** δW and s of one task, a list of layers each; a layer without parameters has an empty list in both. */
interface Departing<T> {
  readonly changes: readonly Tree<T>[];
  readonly scores: readonly Tree<T>[];
  readonly head: Tree<T>;
}

/** 1 where the score reaches the threshold, else 0; a gradient passes as if it were the score itself. */
const opened = (threshold: number): ((score: Tensor) => Tensor) =>
  tf.customGrad((score) => ({
    value: tf.cast(tf.greaterEqual(score as Tensor, threshold), "float32"),
    gradFunc: (dy: Tensor) => dy,
  }));

/**
 * Task-adaptive parameter sharing: every task learns which layers to change, and changes these. For task k layer l has the parameters
 *
 *     W_l + I(s_kl ≥ τ) δW_kl
 *
 * with W_l shared, and in training its loss grows by (λ/n) Σ_l |s_kl| over the n layers that have parameters. I is 0 or 1; the gradient of the
 * score s is the one of a factor in its place, ⟨∂L_k/∂(W_l + I δW_kl), δW_kl⟩ (straight through). δW_kl has the shapes of all of the layer's parameters
 * and starts as zero, so a run begins as with hard sharing, and is that exactly wherever all scores are below τ.
 *
 * The penalty is part of the task's loss (`Model.penalties`): a rule sees it in the loss, and weighs it with the task. Scores of tasks without a label in
 * the batch stay. Which layers a task shares in the end is read by {@link tapsShared}; only changes of the others need to be kept.
 *
 * Parameters: `trunk/LAYER`, `heads/TASK/changes/LAYER`, `heads/TASK/scores/LAYER`, `heads/TASK/head`. No `SplitModel`: tasks part in any layer.
 *
 * Cost: T passes through the layers, and T copies of the trunk's parameters in training.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Wallingford, Li, Achille, Ravichandran, Fowlkes, Bhotika and Soatto, "Task Adaptive Parameter Sharing for Multi-Task Learning", CVPR
 * 2022, https://arxiv.org/abs/2203.16708. Differences from the authors' code: the penalty counts from the first step, where theirs waits two epochs;
 * scores learn at the rate of all parameters; norms have no statistics of a task's own; by default the base trains with the tasks (the paper's joint
 * form), and `frozen` is its sequential one. Rates matter: under Adam a score moves by about the learning rate a step whatever λ is, until
 * what δW gains outweighs λ/n.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, or for numbers that are not finite or a negative λ
 */
export function taps<B = ColumnBatch<Tensor>>(options: TapsOptions<B>): Model<B> {
  const { layers, heads, inputs, tasks } = sharedBy("taps", options);
  const { lambda = 1, threshold = 0.1, start = 0.15, frozen = false } = options;
  if (!(lambda >= 0 && [lambda, threshold, start].every(Number.isFinite))) {
    const said = `taps: lambda is ${lambda}, threshold ${threshold}, start ${start}`;
    throw new OutriggerError("bad-option", `${said}; give finite numbers, lambda not below 0.`, {
      lambda,
      threshold,
      start,
    });
  }
  const plain = hardSharing(options);
  const open = opened(threshold);
  /** W + I δW. */
  const departed = (base: Tree<Tensor>, change: Tree<Tensor>, score: Tree<Tensor>): Tree<Tensor> => {
    const [switched] = leaves(score).map((one) => open(one));
    if (switched === undefined) return base;
    const changes = leaves(change);
    return unflatten(
      base,
      leaves(base).map((w, i) => tf.add(w, tf.mul(switched, changes[i]!))),
    );
  };
  return {
    init(random) {
      const begin = plain.init(random);
      const layersOfBase = begin.trunk as readonly Tree<NDArray>[];
      const zeros = (layer: Tree<NDArray>): Tree<NDArray> =>
        mapTree<NDArray, NDArray>(layer, ({ shape }) => constant(shape, 0));
      const score = (layer: Tree<NDArray>): Tree<NDArray> =>
        leaves(layer).length === 0 ? [] : array([start], []);
      return {
        trunk: begin.trunk,
        heads: byTask(tasks, (task) => ({
          head: begin.heads[task]!,
          changes: layersOfBase.map(zeros),
          scores: layersOfBase.map(score),
        })),
      };
    },
    apply(params, batch, mode) {
      const trunk = (frozen ? mapTree(params.trunk, stopGradient) : params.trunk) as readonly Tree<Tensor>[];
      return byTask(tasks, (task) => {
        const { changes, scores, head } = params.heads[task] as unknown as Departing<Tensor>;
        const z = layers.reduce(
          (x, layer, l) => layer.apply(departed(trunk[l]!, changes[l]!, scores[l]!) as never, x, mode),
          inputs(batch),
        );
        return heads[task]!.apply(head as never, z, mode);
      });
    },
    penalties: ({ heads: own }) =>
      byTask(tasks, (task) => {
        const scores = leaves((own[task] as unknown as Departing<Tensor>).scores);
        const sizes = scores.map((score) => tf.abs<Scalar>(score as Scalar));
        if (sizes.length === 0) return tf.scalar(0);
        return tf.mul<Scalar>(
          sizes.reduce((a, b) => tf.add(a, b)),
          lambda / sizes.length,
        );
      }),
  };
}

/**
 * Which layers every task shares: true where its score is below the threshold, and for layers without parameters.
 *
 * @param params of a model that {@link taps} made
 * @param threshold the one that it was made with. Default 0.1
 * @returns one list a task, an entry for each of the policy's `layers`
 */
export function tapsShared(params: Params, threshold = 0.1): Record<string, boolean[]> {
  const of = (task: string): boolean[] => {
    const { scores } = params.heads[task] as unknown as Departing<NDArray>;
    return scores.map((score) => leaves(score).every(({ data }) => data[0]! < threshold));
  };
  return byTask(Object.keys(params.heads), of);
}
