import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients, stopGradient, type Tree } from "../../graph/index.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";
import { held, inner, looking, type Start, stepped } from "./look-ahead.ts";
import { lossOf, parts, type Weigher } from "./weigher.ts";

/** A weigher, and what it weighs. */
export interface Weighing<B> extends Pick<Setup<B>, "model" | "tasks" | "primary" | "optimizer" | "frozen"> {
  readonly weigher: Weigher<B>;
}

/** Σ_r w_r s_r ℓ_r. */
const weighed = (each: Tensor1D, weights: Tensor1D): Scalar => tf.sum<Scalar>(tf.mul(each, weights));

/**
 * The exact slope −η ∂⟨∇_θ Σ_r w_r(φ) s_r ℓ_r(θ), v⟩/∂φ with v = ∇L_primary(θ⁺(φ)) on held-out data, θ⁺ the optimiser's step from θ along
 * the gradient in it; what V reads is that of θ, and constant. And what the form by differences needs in its place: v and the features.
 */
export function weigherSlope<B>(
  weighing: Weighing<B>,
  start: Omit<Start<B>, "weights">,
  phi: Tree<Tensor>,
): {
  losses: Scalar[];
  counts: Scalar[];
  meta: Scalar;
  beyond: ParamsTensors;
  features: Tensor2D;
  slope: Tree<Tensor>;
} {
  const { weigher, model, tasks, primary } = weighing;
  const { params, scalars, batch, dev } = start;
  const rows = weigher.rows(params, batch, looking);
  const features = stopGradient(weigher.features(start, rows)) as Tensor2D;
  const total = weighed(parts(rows), weigher.weigh(phi, features));
  const gradient = gradients([total], params)[0]!;
  const next = stepped(weighing, start, gradient);
  const meta = forward(model, tasks, next, dev, { training: false }).losses[primary]!;
  const beyond = held(gradients([meta], next)[0]!);
  const along = tf.neg(tf.mul<Scalar>(inner(gradient, beyond), scalars["rate"]!));
  return {
    losses: rows.map(lossOf),
    counts: rows.map(({ count }) => count),
    meta,
    beyond,
    features,
    slope: gradients([along], phi)[0]!,
  };
}

/** s_r ℓ_r(θ) of all rows: a forward pass, of which differences are taken. */
export const partsAt = <B>({ weigher }: Weighing<B>, params: ParamsTensors, batch: B): Tensor1D =>
  parts(weigher.rows(params, batch, looking));

/** The slope from −η τ_r for each weight: one backward pass through the network. */
export const cotangentSlope = <B>(
  { weigher }: Weighing<B>,
  phi: Tree<Tensor>,
  features: Tensor2D,
  cotangent: Tensor1D,
): Tree<Tensor> => gradients([weighed(cotangent, weigher.weigh(phi, features))], phi)[0]!;
