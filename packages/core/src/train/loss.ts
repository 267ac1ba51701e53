import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { Mode } from "../nn/layer.ts";
import type { Model, ParamsTensors } from "./model.ts";
import { outputsOf, type SplitModel } from "./split-model.ts";
import type { Task } from "./task.ts";

/** Losses of all tasks, in the order of `tasks`, as recorded in a trace. */
export interface Forward {
  /** Σᵢ valuesᵢ maskᵢ / max(1, Σᵢ maskᵢ) a task. */
  readonly losses: Scalar[];
  /** Number of labelled samples a task. */
  readonly counts: Scalar[];
  readonly outputs: Record<string, Tensor>;
}

/**
 * Applies the model and reduces every task's loss to a scalar, in training with what the model adds to it (`penalties`). A task without a
 * label in the batch has loss 0 and gradient 0.
 *
 * @throws OutriggerError "bad-model" when the model has no output for a task, "shape" when values and mask differ in shape.
 */
export function forward<B>(
  model: Model<B>,
  tasks: readonly Task<B>[],
  params: ParamsTensors,
  batch: B,
  mode: Mode,
): Forward {
  return reduced(tasks, model.apply(params, batch, mode), batch, penaltiesOf(model, params, mode));
}

/** The same through the parts of a model, with the representation that the outputs were made of. */
export function splitForward<B>(
  model: SplitModel<B>,
  tasks: readonly Task<B>[],
  params: ParamsTensors,
  batch: B,
  mode: Mode,
): Forward & { readonly representation: Tensor } {
  const { outputs, representation } = outputsOf(model, params, batch, mode);
  return { ...reduced(tasks, outputs, batch, penaltiesOf(model, params, mode)), representation };
}

/** The losses of one task, sample by sample. */
export interface SampleLosses {
  /** [batch] */
  readonly values: Tensor1D;
  /** 1 where a sample has a label, else 0; absent where all have one. [batch] */
  readonly mask?: Tensor1D;
  /** Number of labelled samples. */
  readonly count: Scalar;
}

/**
 * The same before losses are summed.
 *
 * @throws OutriggerError as {@link forward} does
 */
export function sampleLosses<B>(
  tasks: readonly Task<B>[],
  outputs: Record<string, Tensor>,
  batch: B,
): SampleLosses[] {
  return tasks.map((task) => {
    const output = outputs[task.name];
    if (output === undefined) {
      throw new OutriggerError(
        "bad-model",
        `The model has no output for task "${task.name}"; its outputs are: ${Object.keys(outputs).join(", ")}. Add a head of that name.`,
        { task: task.name },
      );
    }
    const { values, mask } = task.loss(output, batch);
    if (mask === undefined) return { values, count: tf.scalar(values.size) };
    if (mask.size !== values.size) {
      throw new OutriggerError(
        "shape",
        `Task "${task.name}" has ${values.size} losses but a mask of ${mask.size} values. Both need one value a sample.`,
        { task: task.name },
      );
    }
    const weights = tf.cast(mask, "float32");
    return { values, mask: weights, count: tf.sum<Scalar>(weights) };
  });
}

type Penalties = Readonly<Record<string, Scalar>>;

const penaltiesOf = <B>(model: Model<B>, params: ParamsTensors, { training }: Mode): Penalties =>
  training ? (model.penalties?.(params) ?? {}) : {};

function reduced<B>(
  tasks: readonly Task<B>[],
  outputs: Record<string, Tensor>,
  batch: B,
  penalties: Penalties,
): Forward {
  const each = sampleLosses(tasks, outputs, batch);
  const losses = each.map(({ values, mask, count }, k) => {
    const mean =
      mask === undefined
        ? tf.mean<Scalar>(values)
        : tf.div<Scalar>(tf.sum(tf.mul(values, mask)), tf.maximum(count, 1));
    const penalty = penalties[tasks[k]!.name];
    if (penalty === undefined) return mean;
    // A task without a label in the batch has loss 0.
    return tf.add<Scalar>(mean, mask === undefined ? penalty : tf.mul(tf.minimum(count, 1), penalty));
  });
  return { losses, counts: each.map(({ count }) => count), outputs };
}

/** The forward pass of a training batch, and Σ_k w_k L_k. */
export function weightedForward<B>(
  {
    model,
    tasks,
    mode = { training: true },
  }: { readonly model: Model<B>; readonly tasks: readonly Task<B>[]; readonly mode?: Mode },
  params: ParamsTensors,
  batch: B,
  weights: readonly Scalar[],
): Pick<Forward, "losses" | "counts"> & { readonly total: Scalar } {
  const { losses, counts } = forward(model, tasks, params, batch, mode);
  const weighted = losses.map((loss, k) => tf.mul<Scalar>(loss, weights[k]!));
  return { losses, counts, total: weighted.reduce((a, b) => tf.add(a, b)) };
}
