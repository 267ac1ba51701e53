import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients, type Tree } from "../../graph/index.ts";
import type { Mode } from "../../nn/layer.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";
import type { Combiner } from "./combiner.ts";
import { inner, looking } from "./look-ahead.ts";

export interface Combined<B> extends Pick<Setup<B>, "model" | "tasks" | "primary"> {
  readonly combiner: Combiner;
}

/** L_T(θ, φ) = L_primary + f_φ(the other losses), and how much each loss counts in it, ∂L_T/∂L_k. */
export function combinedLoss<B>(
  { model, tasks, primary, combiner }: Combined<B>,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  batch: B,
  mode: Mode,
): { losses: Scalar[]; counts: Scalar[]; total: Scalar; weights: Scalar[] } {
  const { losses, counts } = forward(model, tasks, params, batch, mode);
  const others = losses.filter((_, k) => k !== primary);
  const total = tf.add<Scalar>(losses[primary]!, combiner.combine(phi, others));
  return { losses, counts, total, weights: gradients([total], losses)[0] as unknown as Scalar[] };
}

/** A loss of θ that φ shapes, and what φ is charged besides. */
export interface Lower<B> {
  readonly total: (params: ParamsTensors, phi: Tree<Tensor>, batch: B, mode: Mode) => Scalar;
  /** R(φ), whose own gradient is added to the implicit one. */
  readonly charge?: (phi: Tree<Tensor>, batch: B) => Scalar;
}

/** The loss of a combiner. */
export const combined = <B>(problem: Combined<B>): Lower<B> => ({
  total: (params, phi, batch, mode) => combinedLoss(problem, params, phi, batch, mode).total,
});

/** H p = ∇_θ ⟨∇_θ L_T, p⟩, exactly. */
export function hessianProduct<B>(
  { total }: Lower<B>,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  batch: B,
  p: ParamsTensors,
): Tree<Tensor> {
  const gradient = gradients([total(params, phi, batch, looking)], params)[0]!;
  return gradients([inner(gradient, p)], params)[0]!;
}

/** −∂⟨∇_θ L_T(θ, φ), p⟩/∂φ + ∂R/∂φ, exactly: the implicit hypergradient where p = H⁻¹ ∇L_dev, and the explicit one of R. */
export function mixedSlope<B>(
  { total, charge }: Lower<B>,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  batch: B,
  p: ParamsTensors,
): Tree<Tensor> {
  const gradient = gradients([total(params, phi, batch, looking)], params)[0]!;
  const along = tf.neg(inner(gradient, p)) as Scalar;
  return gradients([charge ? tf.add<Scalar>(along, charge(phi, batch)) : along], phi)[0]!;
}
