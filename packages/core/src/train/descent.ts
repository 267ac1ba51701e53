import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { combine, gradients, leaves, type Tree, unflatten } from "../graph/index.ts";
import { layersOf } from "./layers.ts";
import { weightedForward } from "./loss.ts";
import type { Model, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

/** What a step finds, as recorded in a trace. */
export interface Descended {
  readonly losses: readonly Scalar[];
  readonly counts: readonly Scalar[];
  /** Where the optimiser goes down: a tree like the parameters. */
  readonly gradients: Tree<Tensor>;
  /** Values of {@link Descent.settles} before the update. */
  readonly settled?: Tree<Tensor>;
  /** Finite if the step is sound. */
  readonly total: Scalar;
  /** Further numbers for the host. */
  readonly told?: Tensor1D;
}

/** How a step's gradient is made in the graph: from parameters, a batch, and numbers that the host gives on every step. */
export interface Descent<B> {
  /** How many numbers the host gives. */
  readonly given: number;
  /** How many come back as `told`. Default 0. */
  readonly told?: number;
  /** The part of a tree like the parameters that gets a new value before the optimiser's update. */
  readonly settles?: <T>(params: Tree<T>) => Tree<T>;
  record(params: ParamsTensors, batch: B, given: readonly Scalar[]): Descended;
}

interface Problem<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
}

/** Along the gradient of Σ_k w_k L_k: the host gives the T weights. */
export const weightedDescent = <B>(problem: Problem<B>): Descent<B> => ({
  given: problem.tasks.length,
  record(params, batch, weights) {
    const found = weightedForward(problem, params, batch, weights);
    return { ...found, gradients: gradients([found.total], params)[0]! };
  },
});

/** Gradients of every layer, one tree a task. */
export function byLayer(rows: readonly Tree<Tensor>[]): Tree<Tensor>[][] {
  const layers = rows.map((row) => layersOf(row));
  return (layers[0] ?? []).map((_, l) => layers.map((row) => row[l]!));
}

/** Σ_k w_lk ∇_l L_k for every layer l of the trunk; `weights` holds T for each layer in turn. */
export function combineByLayer(weights: Tensor1D, rows: readonly Tree<Tensor>[]): Tree<Tensor> {
  const T = rows.length;
  const layers = byLayer(rows).map((layer, l) => combine(tf.slice(weights, [T * l], [T]), layer));
  return unflatten(
    rows[0]!,
    layers.flatMap((layer) => leaves(layer)),
  );
}

/**
 * Heads along the gradient of Σ_k w_k L_k, layer l of the trunk along Σ_k w_lk ∇_l L_k: the host gives the T weights of the heads, then T
 * for each layer.
 */
export const layeredDescent = <B>(problem: Problem<B>, layers: number): Descent<B> => {
  const T = problem.tasks.length;
  return {
    given: T * (1 + layers),
    record(params, batch, given) {
      const { trunk } = params;
      const found = weightedForward(problem, params, batch, given.slice(0, T));
      const heads = gradients([found.total], params.heads as Tree<Tensor>)[0]!;
      const rows = gradients([...found.losses], trunk);
      const moved = combineByLayer(tf.stack(given.slice(T)) as Tensor1D, rows);
      return { ...found, gradients: { heads, trunk: moved } };
    },
  };
};
