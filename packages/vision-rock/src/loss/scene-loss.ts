import { type ColumnBatch, classification, type Task } from "@outrigger/core/train/task";
import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { LOSS_WEIGHTS } from "../model/defaults.ts";

export interface SceneTaskOptions {
  /** Number of scene classes, at least 2. */
  readonly scenes: number;
  /** w. Default that of `LOSS_WEIGHTS`. */
  readonly weight?: number;
  /** Default "scene". */
  readonly name?: string;
}

/**
 * The class of the scene: cross-entropy, w · −log p_y with p the softmax of the logits and y the label; images without one do not count.
 *
 * Output: logits [batch, scenes]. Metric accuracy.
 *
 * @throws OutriggerError as core's `classification` does
 */
export function sceneTask({
  scenes,
  weight = LOSS_WEIGHTS.scene,
  name = "scene",
}: SceneTaskOptions): Task<DetectionBatch> {
  const inner = classification({ name, role: "auxiliary", classes: scenes });
  const column = <T>({ scene, masks }: { readonly scene: T; readonly masks: { readonly scene: T } }) => ({
    inputs: null,
    labels: { [name]: scene },
    masks: { [name]: masks.scene },
  });
  return {
    name,
    role: "auxiliary",
    metrics: inner.metrics!,
    loss(output, batch) {
      const { values, mask } = inner.loss(output, column<Tensor1D>(batch) as ColumnBatch);
      return { values: tf.mul<Tensor1D>(values, weight), mask: mask! };
    },
    predict: (output) => inner.predict!(output),
    labels: (batch) => inner.labels!(column(batch) as never),
  };
}
