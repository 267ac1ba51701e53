import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients, type Tree } from "../../graph/index.ts";
import type { Mode } from "../../nn/layer.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Task } from "../../train/task.ts";
import type { Setup } from "../procedure.ts";
import { maskSoftmax, negativeEntropy, taught } from "./generated-labels.ts";
import { held, inner, looking, type Start, stepped } from "./look-ahead.ts";

/** Classes of the primary, and which samples carry one. */
export interface Classes {
  readonly classes: Tensor1D;
  readonly mask?: Tensor1D;
}

/** A generator of labels, and what it is asked for. */
export interface Teaching<B> extends Pick<Setup<B>, "model" | "tasks" | "primary" | "optimizer" | "frozen"> {
  /** Index of the task that is taught. */
  readonly generated: number;
  readonly blocks: readonly number[];
  readonly gamma: number;
  /** λ. */
  readonly entropy: number;
  /** z(x; φ), [N, Σψ]. */
  generate(generator: Tree<Tensor>, batch: B, mode: Mode): Tensor;
  classesOf(batch: B): Classes;
}

/** ȳ = g_φ(x, y), and the samples that have one. */
export function labelsOf<B>(
  teaching: Teaching<B>,
  generator: Tree<Tensor>,
  batch: B,
): { labels: Tensor2D; mask?: Tensor1D } {
  const { classes, mask } = teaching.classesOf(batch);
  const logits = teaching.generate(generator, batch, { training: true });
  return { labels: maskSoftmax(logits, classes, teaching.blocks), ...(mask && { mask }) };
}

/** Losses of a training batch under the labels given, summed with weight 1. */
export function taughtForward<B>(
  { model, tasks, generated, gamma, blocks }: Teaching<B>,
  params: ParamsTensors,
  batch: B,
  { labels, mask }: { labels: Tensor; mask?: Tensor1D },
  mode: Mode,
): { losses: Scalar[]; counts: Scalar[]; total: Scalar } {
  const all: Task<B>[] = taught(tasks, generated, { labels, gamma, blocks, ...(mask && { mask }) });
  const { losses, counts } = forward(model, all, params, batch, mode);
  return { losses, counts, total: tf.addN(losses) };
}

/**
 * The generator's exact slope −η ∂⟨∇_θ L_aux(θ, φ), v⟩/∂φ + λ ∂H/∂φ with v = ∇L_primary(θ⁺(φ)), θ⁺ the optimiser's step from θ along
 * ∇_θ Σ_k L_k(θ, φ); and what the first-order form needs in its place: v and the labels.
 */
export function labelSlope<B>(
  teaching: Teaching<B>,
  start: Pick<Start<B>, "params" | "slots" | "scalars" | "batch" | "dev">,
  generator: Tree<Tensor>,
): {
  losses: Scalar[];
  counts: Scalar[];
  beyond: ParamsTensors;
  labels: Tensor2D;
  meta: Scalar;
  slope: Tree<Tensor>;
} {
  const { model, tasks, primary, entropy } = teaching;
  const { params, scalars, batch, dev } = start;
  const made = labelsOf(teaching, generator, batch);
  const { losses, counts, total } = taughtForward(teaching, params, batch, made, looking);
  const gradient = gradients([total], params)[0]!;
  const next = stepped(teaching, start, gradient);
  const meta = forward(model, tasks, next, dev, { training: false }).losses[primary]!;
  const beyond = held(gradients([meta], next)[0]!);
  const along = tf.neg(tf.mul<Scalar>(inner(gradient, beyond), scalars["rate"]!));
  const spread = tf.mul<Scalar>(negativeEntropy(made.labels, made.mask), entropy);
  return {
    losses,
    counts,
    beyond,
    labels: made.labels,
    meta,
    slope: gradients([tf.add(along, spread)], generator)[0]!,
  };
}

/** ∂L_aux(θ)/∂t for labels t, [N, Σψ]: a forward pass, of which differences are taken. */
export function labelDerivative<B>(
  teaching: Teaching<B>,
  params: ParamsTensors,
  batch: B,
  labels: Tensor2D,
): Tensor2D {
  const { mask } = teaching.classesOf(batch);
  const { losses } = taughtForward(teaching, params, batch, { labels, ...(mask && { mask }) }, looking);
  return gradients([losses[teaching.generated]!], labels)[0] as Tensor2D;
}

/** The first-order slope: one backward pass through the generator from the cotangent −η τ of the labels, and the entropy's own. */
export function cotangentSlope<B>(
  teaching: Teaching<B>,
  generator: Tree<Tensor>,
  batch: B,
  cotangent: Tensor2D,
): Tree<Tensor> {
  const { labels, mask } = labelsOf(teaching, generator, batch);
  const spread = tf.mul<Scalar>(negativeEntropy(labels, mask), teaching.entropy);
  return gradients([tf.add(tf.sum<Scalar>(tf.mul(labels, cotangent)), spread)], generator)[0]!;
}
