import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients, type Tree } from "../../graph/index.ts";
import type { Mode } from "../../nn/layer.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";
import type { Combiner } from "./combiner.ts";
import { inner } from "./look-ahead.ts";

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

/** H p = ∇_θ ⟨∇_θ L_T, p⟩, exactly. */
export function hessianProduct<B>(
  problem: Combined<B>,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  batch: B,
  p: ParamsTensors,
): Tree<Tensor> {
  const { total } = combinedLoss(problem, params, phi, batch, { training: true, update: false });
  return gradients([inner(gradients([total], params)[0]!, p)], params)[0]!;
}

/** −∂⟨∇_θ L_T(θ, φ), p⟩/∂φ, exactly: the implicit hypergradient where p = H⁻¹ ∇L_dev. */
export function mixedSlope<B>(
  problem: Combined<B>,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  batch: B,
  p: ParamsTensors,
): Tree<Tensor> {
  const { total } = combinedLoss(problem, params, phi, batch, { training: true, update: false });
  return gradients([tf.neg(inner(gradients([total], params)[0]!, p))], phi)[0]!;
}
