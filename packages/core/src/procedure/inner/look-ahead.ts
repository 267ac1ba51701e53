import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { gradients, leaves, mapTree, stopGradient, type Tree, unflatten } from "../../graph/index.ts";
import type { Optimizer } from "../../optimize/optimizer.ts";
import { tensorUpdate } from "../../optimize/tensor-update.ts";
import { isFrozen } from "../../train/freeze.ts";
import { forward, weightedForward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";

/** Where a step begins, as recorded in a trace. */
export interface Start<B> {
  readonly params: ParamsTensors;
  /** Of the optimiser, each a tree like the parameters. */
  readonly slots: Readonly<Record<string, Tree<Tensor>>>;
  /** `optimizer.scalars(t)`. */
  readonly scalars: Readonly<Record<string, Scalar>>;
  readonly weights: Tensor1D;
  readonly batch: B;
  readonly dev: B;
}

type Problem<B> = Pick<Setup<B>, "model" | "tasks" | "primary" | "optimizer" | "frozen">;

/** A training pass that leaves moving statistics as they are. */
export const looking = { training: true, update: false } as const;

/** Σ ⟨a, b⟩ over the leaves. */
export const inner = (a: Tree<Tensor>, b: Tree<Tensor>): Scalar => {
  const other = leaves(b);
  return tf.addN(leaves(a).map((leaf, i) => tf.sum<Scalar>(tf.mul(leaf, other[i]!))));
};

/** Where the optimiser's step along a gradient leads, its slots and penalties included; frozen parts stay. */
export function stepped(
  { optimizer, frozen }: Pick<Setup<never>, "optimizer" | "frozen">,
  { params, slots, scalars }: Pick<Start<never>, "params" | "slots" | "scalars">,
  gradient: Tree<Tensor>,
): ParamsTensors {
  const g = leaves(gradient);
  const of = Object.entries(slots).map(([name, tree]) => [name, leaves(tree)] as const);
  let next = 0;
  return mapTree<Tensor, Tensor>(params, (param, path) => {
    const i = next++;
    if (isFrozen(frozen, path)) return param;
    const slot = Object.fromEntries(of.map(([name, values]) => [name, values[i]!]));
    return tensorUpdate(optimizer, { param, gradient: g[i]!, slot, scalar: { ...scalars } }).param;
  }) as ParamsTensors;
}

/**
 * v = ∇L_dev(θ⁺), the primary's held-out gradient at θ⁺, where the optimiser's step along g(w) = ∇ Σ_k w_k L_k leads from θ; and the
 * hypergradient −η ∂⟨g(w), v⟩/∂w_k = −η ⟨∇L_k(θ), v⟩ for every task, by differentiating g, so that no gradient is formed task by task.
 */
export function lookAhead<B>(
  problem: Problem<B>,
  start: Start<B>,
): { losses: Scalar[]; counts: Scalar[]; beyond: ParamsTensors; slopes: Tensor1D } {
  const { model, tasks, primary } = problem;
  const { params, scalars, weights, batch, dev } = start;
  const each = tasks.map((_, k) => tf.reshape(tf.slice(weights, [k], [1]), []) as Scalar);
  const { losses, counts, total } = weightedForward({ model, tasks, mode: looking }, params, batch, each);
  const gradient = gradients([total], params)[0]!;
  const next = stepped(problem, start, gradient);
  const loss = forward(model, tasks, next, dev, { training: false }).losses[primary]!;
  const beyond = held(gradients([loss], next)[0]!);
  const along = gradients([inner(gradient, beyond)], weights)[0]! as Tensor1D;
  return { losses, counts, beyond, slopes: tf.neg(tf.mul(along, scalars["rate"]!)) };
}

/** The same values, through which no gradient flows. */
export const held = (tree: Tree<Tensor>): ParamsTensors =>
  unflatten(tree, leaves(tree).map(stopGradient)) as ParamsTensors;

/** @throws OutriggerError "unsupported" for an optimiser of one's own without a step size of that name */
export function rateOf(optimizer: Optimizer, t: number): number {
  const { rate } = optimizer.scalars(t);
  if (rate !== undefined) return rate;
  const said = `The optimiser "${optimizer.name}" has no scalar "rate", which a look ahead must know`;
  throw new OutriggerError("unsupported", `${said}. Give its step size that name.`, {
    optimizer: optimizer.name,
  });
}
