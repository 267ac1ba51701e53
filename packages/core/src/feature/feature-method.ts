import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import type { Tree } from "../graph/array.ts";
import type { AnyLayer } from "../nn/layer.ts";
import type { Paper, Verified } from "../weighting/weighting.ts";

/** What a step shows a feature method, as recorded in a trace. */
export interface FeatureView {
  /** ∂L_k/∂z: T tensors like z; a task without a label in the batch has zeros. */
  readonly gradients: readonly Tensor[];
  /** Parameters of the layer before each of the T heads. */
  readonly inserted: readonly Tree<Tensor>[];
  /** Index of the primary task. */
  readonly primary: number;
  /** What {@link FeatureMethod.give} gave. */
  readonly given: readonly Scalar[];
}

/** What a feature method makes of it. */
export interface FeatureAnswer {
  /** What the trunk goes along in the place of Σ_k ∂L_k/∂z: a tensor like z. */
  readonly direction: Tensor;
  /** What the inserted layers go down: T trees like their parameters. */
  readonly slopes: readonly Tree<Tensor>[];
  /** Values that these parameters take before the update, `inserted` where they stay; the slopes are those there. */
  readonly settled: readonly Tree<Tensor>[];
  /** `tells` numbers a task: those of all tasks, then the next of all tasks. */
  readonly told: Tensor1D;
}

/**
 * A method that works between trunk and heads: it puts a layer of its own before each head and combines the gradients with respect to the
 * representation, both in the step's graph. Heads go along their own gradients, and the step takes one backward pass through the trunk. A
 * feature method is a value; what it remembers is its state, plain JSON that is replaced. Parameters of the layers are
 * parameters of the model: the optimiser moves them, checkpoints keep them, predictions use them.
 */
export interface FeatureMethod<S = unknown> {
  /** Short name for tables. */
  readonly name: string;
  /** Null for methods that nobody published. */
  readonly paper: Paper | null;
  /** What its numbers were compared with. */
  readonly verified?: Verified;
  /**
   * What stands before each head, for a representation whose last axis has `width` numbers. Gradients of losses do not reach its parameters:
   * they have `slopes`.
   */
  layer(width: number): AnyLayer;
  /** The state before the first step. */
  init(tasks: number, primary: number): S;
  /** Numbers for the graph, the same count on every step. */
  give(state: S): number[];
  /** How many numbers a task the graph tells. */
  readonly tells: number;
  /** Recorded once; the graph is what runs. */
  combine(view: FeatureView): FeatureAnswer;
  /** From what the graph told. For the history: how much each task counted, and its gradient's cosine with the primary's. Pure. */
  learn(
    told: readonly number[],
    state: S,
  ): { readonly weights: number[]; readonly cosines?: (number | null)[]; readonly state: S };
}
