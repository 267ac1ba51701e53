import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients, leaves, mapTree, stopGradient, type Tree, unflatten } from "../../graph/index.ts";
import type { Optimizer } from "../../optimize/optimizer.ts";
import { tensorUpdate } from "../../optimize/tensor-update.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";

/**
 * Parameters after some steps of an optimiser down a loss, as recorded in a trace: all steps are one call, and what does not depend on the
 * parameters is computed once. No gradient flows back through them.
 */
function fittedHead(
  loss: (head: Tree<Tensor>) => Scalar,
  fresh: Tree<Tensor>,
  optimizer: Optimizer,
  steps: number,
): Tree<Tensor> {
  let params = leaves(fresh);
  let slots = params.map((param) =>
    Object.fromEntries(optimizer.slots.map((name) => [name, tf.zeros(param.shape) as Tensor])),
  );
  for (let t = 1; t <= steps; t++) {
    const found = leaves(gradients([loss(unflatten(fresh, params))], unflatten(fresh, params))[0]!);
    const scalar = Object.fromEntries(
      Object.entries(optimizer.scalars(t)).map(([name, value]) => [name, tf.scalar(value)]),
    );
    const moved = params.map((param, i) =>
      tensorUpdate(optimizer, { param, gradient: found[i]!, slot: slots[i]!, scalar }),
    );
    params = moved.map(({ param }) => param);
    slots = moved.map(({ slot }) => slot);
  }
  return mapTree<Tensor, Tensor>(unflatten(fresh, params), stopGradient);
}

/** A head begun anew, the batch that it is fitted on, and the batch that is then looked at. */
export interface Fitting<B> {
  readonly fresh: Tree<Tensor>;
  readonly fitOn: B;
  readonly lookOn: B;
}

/** The primary's loss on one batch under a temporary head that was fitted on another, the trunk at rest; no dropout. */
export function fittedHeadLoss<B>(
  { model, tasks, primary }: Pick<Setup<B>, "model" | "tasks" | "primary">,
  params: ParamsTensors,
  { fresh, fitOn, lookOn }: Fitting<B>,
  optimizer: Optimizer,
  steps: number,
): Scalar {
  const { name } = tasks[primary]!;
  const loss = (head: Tree<Tensor>, on: B): Scalar => {
    const there = { ...params, heads: { ...params.heads, [name]: head } };
    return forward(model, tasks, there, on, { training: false }).losses[primary]!;
  };
  return loss(
    fittedHead((at) => loss(at, fitOn), fresh, optimizer, steps),
    lookOn,
  );
}
