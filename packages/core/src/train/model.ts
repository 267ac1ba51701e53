import type { Scalar, Tensor } from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import type { Mode } from "../nn/layer.ts";
import type { Random } from "../random.ts";

/** Parameters on the host, grouped: the shared trunk, and one head a task under the task's name. All float32. */
export type Params = {
  readonly trunk: Tree<NDArray>;
  readonly heads: { readonly [task: string]: Tree<NDArray> };
};

/** The same parameters while a step is recorded. */
export type ParamsTensors = {
  readonly trunk: Tree<Tensor>;
  readonly heads: { readonly [task: string]: Tree<Tensor> };
};

/** What a batch of tensors is on the host: every tensor an {@link NDArray}, the structure kept. */
export type Host<B> = B extends Tensor ? NDArray : { readonly [K in keyof B]: Host<B[K]> };

/** Arrays by name that training changes although no optimiser touches them. */
export interface ModelState {
  /** Copies of what they are now. */
  read(): Promise<Readonly<Record<string, NDArray>>>;
  write(values: Readonly<Record<string, NDArray>>): void;
}

/**
 * A shared trunk and one head a task.
 *
 * `apply` is pure and is written in TensorFlow.js ops; it returns one output a task, first dimension the batch. A head may depend on
 * its own parameters `params.heads[name]` and on the trunk only: the rules weigh the trunk's gradients task by task. `splitModel` makes one
 * that also says where the trunk ends.
 */
export interface Model<B> {
  init(random: Random): Params;
  apply(params: ParamsTensors, batch: B, mode: Mode): Record<string, Tensor>;
  /**
   * Terms of task losses that depend on parameters alone, by task: a regulariser of what belongs to one task. They count in training, where the
   * batch has a label of that task, and are weighed with its loss. A task that is left out has none.
   */
  penalties?(params: ParamsTensors): Readonly<Record<string, Scalar>>;
  /**
   * Moving statistics and the like. `fit` keeps them in checkpoints, puts them back when a step is passed over, and leaves those of the
   * best epoch in the model. A model without it must not change anything but its parameters.
   */
  readonly state?: ModelState;
}

/** Where batches come from. All batches of one source have the same shapes: the last one is padded, and padding has mask 0. */
export interface Batches<H> {
  /** Number of batches an epoch. */
  readonly size: number;
  /** Number of real samples: in fixed order, rows beyond these are padding. Without it, predictions include the padding. */
  readonly samples?: number;
  /** One pass over the data: shuffled by the stream given, in fixed order for null. The order depends on the stream's state only. */
  epoch(random: Random | null): Iterable<H>;
}
