import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Tree } from "../../graph/array.ts";
import type { Mode } from "../../nn/layer.ts";
import { forward } from "../../train/loss.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { ColumnBatch, Task } from "../../train/task.ts";
import type { Setup } from "../procedure.ts";
import type { Drawn, Generator } from "./generated-data.ts";
import { taught } from "./generated-labels.ts";
import type { Lower } from "./implicit.ts";

type Batch = ColumnBatch<Tensor>;

/** What is learnt from generated samples. */
export interface GeneratedProblem extends Pick<Setup<Batch>, "model" | "tasks"> {
  readonly generator: Generator;
  /** Index of the task that learns the generated labels. */
  readonly generated: number;
  readonly weight: number;
  /** ψ; null for real numbers. */
  readonly blocks: readonly number[] | null;
}

const squaredError = (output: Tensor, labels: Tensor): Tensor1D =>
  tf.square(tf.sub(tf.reshape(output, [-1]), labels));

/** L_T(θ, φ) = Σ_k L_k + μ L_aux, with L_aux in place of the taught task's own loss, which is 0. */
export function generatedLoss(
  problem: GeneratedProblem,
  params: ParamsTensors,
  phi: Tree<Tensor>,
  drawn: Drawn,
  mode: Mode,
): { losses: Scalar[]; counts: Scalar[]; total: Scalar } {
  const { model, tasks, generator, generated, weight, blocks } = problem;
  const { losses, counts } = forward(model, tasks, params, drawn.batch, mode);
  const { inputs, labels, mask } = generator.make(phi, drawn);
  const task = tasks[generated]!;
  const lesson: Task<Batch> =
    blocks === null
      ? { ...task, loss: (output) => ({ values: squaredError(output, labels), mask }) }
      : taught([task], 0, { labels, mask, gamma: 0, blocks })[0]!;
  // Moving statistics are those of samples that were collected.
  const made = forward(model, [lesson], params, { ...drawn.batch, inputs }, { ...mode, update: false });
  losses[generated] = made.losses[0]!;
  counts[generated] = made.counts[0]!;
  const weighted = losses.map((loss, k) => (k === generated ? tf.mul<Scalar>(loss, weight) : loss));
  return { losses, counts, total: tf.addN(weighted) };
}

/** The same as the lower level of the hypergradient, and ν R as the generator's own charge. */
export const lowerOf = (problem: GeneratedProblem, regularisation: number): Lower<Drawn> => ({
  total: (...args) => generatedLoss(problem, ...args).total,
  charge: (phi, drawn) => tf.mul<Scalar>(problem.generator.copying(phi, drawn), regularisation),
});
