import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { array, type NDArray } from "../graph/array.ts";
import { constant } from "../nn/initialize.ts";
import type { Layer } from "../nn/layer.ts";
import { rotate, turned } from "../nn/rotation.ts";
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
 * so a task that converges slowly sets the length of all. R_k starts as the identity, the run as the plain network. A step turns it by R_k
 * ← R_k exp(A_k), where A_k = ρ (S_k − S_kᵀ)/2 with the rate ρ and S_k what the run's optimiser takes from zero along the slope there, ρ
 * (VᵀG_k − G_kᵀV)/2: Adam turns rotations ρ times as fast as it moves other parameters, its moments going with the turned axes. R_k [d, d]
 * and S_k are parameters of the model; `maxGradientNorm` counts the slopes. A task without a gradient has U = 0, and G⁰ from the first step
 * on which it has one. The history's weights are C/‖G_k‖, its cosines those of the G_k.
 *
 * It is no aggregator: it has parameters that predictions need, learns them by an objective of its own, and sees gradients of features, not
 * of parameters. The model is one of `splitModel`, z [..., m] with features last. Cost: one backward pass; for every task three products of
 * the batch's N rows with d × d matrices, four products of d × d matrices, and 2 d² parameters more for the optimiser. With hundreds of
 * features that is more than a small trunk: lower `dimensions`.
 *
 * Paper: Javaloy and Valera, "RotoGrad: Gradient Homogenization in Multitask Learning", ICLR 2022,
 * https://openreview.net/forum?id=T8wHz4rnuGL. Differences from the authors' package (rotograd 0.1.6): rotations start at the identity,
 * where its parametrisation draws them; slopes are taken in the axes of the present rotation, where it differentiates the exponential from
 * a fixed one; one optimiser for all, so that the rotations' rate does not fall faster than the network's, which the paper's proof of
 * stability asks for; the objective is the paper's, of which the code's is a multiple on rotations.
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
  return {
    name: rate === 0.1 ? "rotograd" : `rotograd (rate ${rate})`,
    paper: {
      title: "RotoGrad: Gradient Homogenization in Multitask Learning",
      venue: "ICLR",
      year: 2022,
      url: "https://openreview.net/forum?id=T8wHz4rnuGL",
    },
    verified: "reference",
    layer: (width) => layer(sizeOf(dimensions, width), rate),
    init: (tasks) => ({ t: 0, initial: Array.from({ length: tasks }, () => 0) }),
    give: ({ t, initial }) => initial.map((length) => (t === burnIn ? 0 : length)),
    tells: 3,
    combine({ gradients, inserted, primary, given }) {
      const lengths = gradients.map((g) => tf.sqrt<Scalar>(tf.sum(tf.square(g))));
      const units = gradients.map((g, k) => tf.div(g, tf.maximum(lengths[k]!, TINY)));
      const weights = weightsOf(lengths, given);
      const direction = tf.addN(gradients.map((g, k) => tf.mul(g, weights[k]!)));
      const mean = tf.div(tf.addN(units), units.length);
      const cosines = units.map((u) => tf.sum<Scalar>(tf.mul(u, units[primary]!)));
      const own = inserted as unknown as readonly Tensors[];
      return {
        direction,
        slopes: own.map(({ rotation }, k) => ({
          rotation: tf.zerosLike(rotation),
          turn: slope(gradients[k]!, mean, rotation.shape[0], rate),
        })),
        settled: own.map((params) => ({ rotation: present(params, rate), turn: tf.zerosLike(params.turn) })),
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

function sizeOf(dimensions: number | undefined, width: number): number {
  if (dimensions === undefined || dimensions <= width) return dimensions ?? width;
  const said = `rotograd: dimensions is ${dimensions}, but the representation has ${width} features`;
  throw new OutriggerError("bad-option", `${said}. Give at most as many.`, { dimensions, width });
}

/** R, and S: what the last step turned it by and the next takes in. */
type Params = { readonly rotation: NDArray; readonly turn: NDArray };
type Tensors = { readonly rotation: Tensor2D; readonly turn: Tensor2D };

/** R exp(ρ (S − Sᵀ)/2) */
const present = ({ rotation, turn }: Tensors, rate: number): Tensor2D =>
  turned(rotation, tf.mul(tf.sub(turn, tf.transpose(turn)), rate / 2));

const layer = (d: number, rate: number): Layer<Params> => ({
  init: () => ({
    rotation: array(
      Float32Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0)),
      [d, d],
    ),
    turn: constant([d, d], 0),
  }),
  apply: (params, z) => rotate(z, present(params as Tensors, rate)),
});

/**
 * The slope of −Σ_n ⟨exp(A)ᵀRᵀ g̃_n, v_n⟩ = −⟨exp(A), GᵀV⟩ in S at A = 0, over the features that are turned: R itself does not enter,
 * because Rᵀ g̃_n = g_n.
 */
function slope(gradient: Tensor, mean: Tensor, d: number, rate: number): Tensor2D {
  const m = gradient.shape.at(-1)!;
  const [g, v] = [gradient, mean].map((x) => tf.slice(tf.reshape(x, [-1, m]) as Tensor2D, [0, 0], [-1, d]));
  const outer = tf.matMul(g!, v!, true);
  return tf.mul(tf.sub(tf.transpose(outer), outer), rate / 2);
}

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
