import type { CompileOptions, NDArray, Optimizer, Tree } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Auxiliary, Scene } from "./auxiliary.ts";
import { type ControlOptions, controlLoss } from "./control-loss.ts";
import type { Network, Sight } from "./network.ts";
import type { Rollout } from "./rollout.ts";

/** What a learner is given of a rollout: trees of arrays, the same ones at every update. */
export interface LearnerBatch<T = NDArray> {
  readonly sight: { readonly observations: T; readonly recurrent?: { readonly [name: string]: T } };
  /** One-hot actions times `alive`, [T · B, A]. */
  readonly taken: T;
  /** [T · B]. */
  readonly alive: T;
  readonly returns: { readonly sums: T; readonly discounts: T; readonly rows: T };
  /** By auxiliary. */
  readonly feeds: { readonly [name: string]: Tree<T> };
}

export interface LearnerOptions {
  readonly network: Network;
  readonly control: ControlOptions;
  readonly auxiliaries: readonly Auxiliary[];
  readonly params: {
    readonly trunk: Tree<NDArray>;
    readonly heads: { readonly [name: string]: Tree<NDArray> };
  };
  readonly compile?: Omit<CompileOptions, "random">;
}

/** Arrays by name, and plain JSON, from which learning goes on bit for bit. */
export interface SavedLearner {
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly state: unknown;
}

/** Changes parameters by one rollout at a time. */
export interface Learner {
  /** As they are now: `update` changes them in place. */
  readonly trunk: Tree<NDArray>;
  readonly control: Tree<NDArray>;
  /**
   * @param rollout what the batch was made of.
   * @returns the losses by name: `policy`, `value`, `entropy`, and those of the auxiliaries.
   * @throws RlGvfError or OutriggerError `non-finite` for a loss or gradient that is not finite; parameters are then those of before the
   * gradient step in question.
   */
  update(batch: LearnerBatch, rollout: Rollout): Promise<Record<string, number>>;
  /** Views, not copies. */
  save(): SavedLearner;
  load(saved: SavedLearner): void;
  dispose(): Promise<void>;
}

/** What an algorithm makes its learner of. */
export interface AlgorithmSetting extends LearnerOptions {
  /** T. */
  readonly steps: number;
  /** B. */
  readonly count: number;
  readonly seed: number;
  /** `undefined`: the algorithm's own. */
  readonly controlOptimizer?: Optimizer | undefined;
  readonly auxiliaryOptimizer: Optimizer;
  readonly maxGradientNorm?: number | undefined;
  /** Nothing of policy and value trains the trunk. */
  readonly stopGradient: boolean;
}

/** How policy and value are learnt from rollouts. */
export interface Algorithm {
  /** T, unless the agent is told otherwise. */
  readonly steps: number;
  learner(setting: AlgorithmSetting): Learner;
}

/** The losses of policy and value, by row and summed up by kind. */
export function controlRows(
  { network, control }: Pick<LearnerOptions, "network" | "control">,
  head: Tree<Tensor>,
  features: Tensor,
  batch: LearnerBatch<Tensor>,
): ReturnType<typeof controlLoss> {
  return controlLoss(network.control(head, features), batch, batch.returns, control);
}

/** What auxiliaries see of a batch. */
export function sceneOf(
  network: Network,
  trunk: Tree<Tensor>,
  features: Tensor,
  { taken, alive }: LearnerBatch<Tensor>,
): Scene {
  return {
    features,
    taken,
    alive,
    encode: (observations, other = trunk) => network.encode(other, observations),
  };
}

export const sightOf = ({ sight }: LearnerBatch<Tensor>): Sight => sight as Sight;

/** The mean of every auxiliary's losses, inside a trace. */
export const auxiliaryLosses = (
  auxiliaries: readonly Auxiliary[],
  heads: { readonly [name: string]: Tree<Tensor> },
  scene: Scene,
  feeds: LearnerBatch<Tensor>["feeds"],
): Tensor[] =>
  auxiliaries.map((auxiliary) =>
    tf.mean(auxiliary.values(heads[auxiliary.name]!, scene, feeds[auxiliary.name]!)),
  );
