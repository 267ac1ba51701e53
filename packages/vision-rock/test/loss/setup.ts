import { array, compile, gradients, type NDArray } from "@outrigger/core";
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { type DetectionTaskOptions, detectionTask } from "../../src/loss/detection-loss.ts";

export type LossOptions = Omit<DetectionTaskOptions, "priors" | "classes">;

export interface Lost {
  /** One a picture. */
  readonly values: readonly number[];
  /** Of the sum of the values, by the output. */
  readonly slope: NDArray;
}

/** Values and gradients of the loss for outputs [pictures, priors, 4 + 1 + C] of one shape, by the compiled graph. */
export function lossOf(
  [pictures, count, width]: readonly [number, number, number],
  options: LossOptions = {},
) {
  const task = detectionTask({ priors: { count }, classes: width - 5, ...options });
  const graph = compile((output: Tensor, classes: Tensor, offsets: Tensor) => {
    const masks = { detection: tf.ones([pictures]) as Tensor1D };
    const batch = { classes: classes as Tensor2D, offsets: offsets as Tensor3D, masks };
    const { values } = task.loss(output, batch as DetectionBatch);
    return { values, slope: gradients([tf.sum(values) as Scalar], output)[0]! };
  });
  return async (
    output: ArrayLike<number>,
    classes: ArrayLike<number>,
    offsets: ArrayLike<number> = new Float32Array(4 * pictures * count),
  ): Promise<Lost> => {
    const found = (await graph(
      array(Float32Array.from(output), [pictures, count, width]),
      array(Float32Array.from(classes), [pictures, count]),
      array(Float32Array.from(offsets), [pictures, count, 4]),
    )) as { values: NDArray; slope: NDArray };
    return { values: [...found.values.data], slope: found.slope };
  };
}
