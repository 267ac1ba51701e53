import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { stopGradient } from "../graph/ops.ts";
import { constant } from "../nn/initialize.ts";
import type { AnyLayer, Mode } from "../nn/layer.ts";
import { rotate, rotationOf } from "../nn/rotation.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import type { FeatureMethod } from "./feature-method.ts";

export interface RotogradOptions {
  /** How fast rotations turn relative to what other parameters move, under an optimiser such as Adam. Default 0.1, ours; the paper asks for less than 1. */
  rate?: number;
  /** How many of the representation's features are turned, from the first on. Default: all. Fewer for wide ones, as the authors do. */
  dimensions?: number;
  /** Steps after which the lengths that convergence is measured by are taken anew. Default 20, the authors' code. */
  burnIn?: number;
}

/** Steps taken, and the lengths ‖G_k⁰‖ that convergence is measured by; 0 where there is none yet. */
export interface RotogradState {
  t: number;
  initial: number[];
}

/** Below it a gradient has no direction. */
const TINY = 1e-30;

/**
 * RotoGrad: turns the representation before each head by a learned rotation, so that the tasks' gradients point the same way, and scales
 * them to one length. With z the representation, r_k = R_k z what head k reads, G_k = ∂L_k/∂z over the batch (rows g_nk = R_kᵀ g̃_nk, g̃_nk
 * = ∂L_k/∂r_nk), ‖·‖ Frobenius' norm and U_k = G_k/‖G_k‖:
 *
 *     trunk: goes along C Σ_k U_k,   C = Σ_k α_k ‖G_k‖,   α_k = (‖G_k‖/‖G_k⁰‖) / Σ_j (‖G_j‖/‖G_j⁰‖)
 *     R_k:   goes down −Σ_n ⟨R_kᵀ g̃_nk, v_n⟩,   V = (1/T) Σ_k U_k,   g̃ and V held fixed
 *
 * so a task that converges slowly sets the length of all. R_k = exp(ρ (S_k − S_kᵀ)/2), ρ the rate, S = 0 at first: the run begins as the
 * plain network. S_k [d, d] is a parameter of the run's optimiser: Adam turns R_k ρ times as fast as it moves other parameters, plain
 * gradient descent goes ρ²/2 of the slope in R_k's angles. Weight decay draws rotations back; `maxGradientNorm` counts their gradient. A
 * task without a gradient has U = 0, and G⁰ from the first step on which it has one. The history's weights are C/‖G_k‖, its cosines those
 * of the G_k.
 *
 * It is no aggregator: it has parameters that predictions need, learns them by an objective of its own, and sees gradients of features, not
 * of parameters. The model is one of `splitModel`, z [..., m] with features last. Cost: one backward pass; T rotations of the batch, N·d²
 * multiplications each, their gradients, and 39 products of d × d matrices a task for R_k and its gradient. At d = 64 that is little; at
 * 512 it is more than most trunks: lower `dimensions`.
 *
 * Paper: Javaloy and Valera, "RotoGrad: Gradient Homogenization in Multitask Learning", ICLR 2022,
 * https://openreview.net/forum?id=T8wHz4rnuGL. Differences from the authors' package (rotograd 0.1.6): rotations start at the identity,
 * where its parametrisation draws them; one optimiser for all, so that the rotations' rate does not fall faster than the network's, which
 * the paper's proof of stability asks for; the objective is the paper's, of which the code's is a multiple on the rotations.
 *
 * @throws OutriggerError `bad-option` for a rate that is not positive, or counts that are no positive integers; when training starts,
 * `bad-model` for a model that does not say where its representation is, and `bad-option` for more dimensions than it has.
 *
 * @example
 * const { model, params } = await fit(splitModel(parts), { method: rotograd(), … }); // model has the rotations
 */
export const rotograd = (options: RotogradOptions = {}): FeatureMethod<RotogradState> => {
  const { rate = 0.1, dimensions, burnIn = 20 } = options;
  inRange(rate, "rate", Number.MIN_VALUE, Number.MAX_VALUE);
  positiveInteger(burnIn, "burnIn");
  if (dimensions !== undefined) positiveInteger(dimensions, "dimensions");
  const of = (skew: Tensor): Tensor2D => rotationOf(tf.mul(tf.sub(skew, tf.transpose(skew)), rate / 2));
  return {
    name: rate === 0.1 ? "rotograd" : `rotograd (rate ${rate})`,
    paper: {
      title: "RotoGrad: Gradient Homogenization in Multitask Learning",
      venue: "ICLR",
      year: 2022,
      url: "https://openreview.net/forum?id=T8wHz4rnuGL",
    },
    verified: "reference",
    layer: (width) => rotation(turned(dimensions, width), of),
    init: (tasks) => ({ t: 0, initial: Array.from({ length: tasks }, () => 0) }),
    give: ({ t, initial }) => initial.map((length) => (t === burnIn ? 0 : length)),
    tells: 3,
    combine({ gradients, inserted, primary, given }) {
      const lengths = gradients.map((g) => tf.sqrt<Scalar>(tf.sum(tf.square(g))));
      const units = gradients.map((g, k) => tf.div(g, tf.maximum(lengths[k]!, TINY)));
      const weights = weightsOf(lengths, given);
      const direction = tf.addN(gradients.map((g, k) => tf.mul(g, weights[k]!)));
      const mean = tf.div(tf.addN(units), units.length);
      const turns = inserted.map((skew, k) => misalignment(of(skew as Tensor), gradients[k]!, mean));
      const cosines = units.map((u) => tf.sum<Scalar>(tf.mul(u, units[primary]!)));
      return {
        direction,
        objective: tf.addN(turns),
        told: tf.stack([...lengths, ...weights, ...cosines]) as Tensor1D,
      };
    },
    learn(told, { t, initial }) {
      const T = initial.length;
      const part = (i: number): number[] => told.slice(i * T, (i + 1) * T);
      const lengths = part(0);
      const known = t === burnIn ? initial.map(() => 0) : initial;
      return {
        weights: part(1),
        cosines: part(2).map((cosine, k) => (lengths[k]! > 0 ? cosine : null)),
        state: { t: t + 1, initial: known.map((length, k) => (length > 0 ? length : lengths[k]!)) },
      };
    },
  };
};

function turned(dimensions: number | undefined, width: number): number {
  if (dimensions === undefined || dimensions <= width) return dimensions ?? width;
  const said = `rotograd: dimensions is ${dimensions}, but the representation has ${width} features`;
  throw new OutriggerError("bad-option", `${said}. Give at most as many.`, { dimensions, width });
}

/** A head reads R z; what R learns, it learns from its own objective. */
const rotation = (d: number, of: (skew: Tensor) => Tensor2D): AnyLayer => ({
  init: () => constant([d, d], 0),
  apply: (skew: Tensor, z: Tensor, mode: Mode) => {
    const found = of(skew);
    return rotate(z, mode.training ? stopGradient(found) : found);
  },
});

/** C/‖G_k‖; 0 for a task without a gradient. A length that is not known yet is this step's. */
function weightsOf(lengths: readonly Scalar[], initial: readonly Scalar[]): Scalar[] {
  const ratios = lengths.map((length, k) => {
    const first = tf.where(tf.greater(initial[k]!, 0), initial[k]!, length);
    return tf.div<Scalar>(length, tf.maximum(first, TINY));
  });
  const total = tf.maximum(tf.addN(ratios), TINY);
  const common = tf.addN(lengths.map((length, k) => tf.mul<Scalar>(tf.div(ratios[k]!, total), length)));
  return lengths.map((length) => {
    const weight = tf.div<Scalar>(common, tf.maximum(length, TINY));
    return tf.where(tf.greater(length, TINY), weight, tf.scalar(0));
  });
}

/** −Σ_n ⟨Rᵀ g̃_n, v_n⟩ = −⟨R, Σ_n g̃_n v_nᵀ⟩ with g̃_n = R g_n, over the features that are turned. */
function misalignment(r: Tensor2D, gradient: Tensor, mean: Tensor): Scalar {
  const [d, m] = [r.shape[0], gradient.shape.at(-1)!];
  const [g, v] = [gradient, mean].map((x) => tf.slice(tf.reshape(x, [-1, m]) as Tensor2D, [0, 0], [-1, d]));
  const outer = tf.matMul(r, tf.matMul(g!, v!, true));
  return tf.neg(tf.sum(tf.mul(r, stopGradient(outer))));
}
