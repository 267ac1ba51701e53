import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import type { Random } from "../random.ts";
import type { Mode, TensorsOf } from "./layer.ts";

/**
 * A `Layer` over sequences: x is [batch, time, size]. The mask, [batch, time] float32, is 1 where a step is there and 0 where it
 * is padding; without one every step is there.
 */
export interface SequenceLayer<P extends Tree<NDArray>> {
  init(random: Random): P;
  apply(params: TensorsOf<P>, x: Tensor, mode: Mode, mask?: Tensor): Tensor;
}

/** A sequence layer whose parameters are nobody else's business. */
export interface AnySequenceLayer {
  init(random: Random): Tree<NDArray>;
  apply(params: never, x: Tensor, mode: Mode, mask?: Tensor): Tensor;
}

/**
 * Batch and time of a sequence.
 *
 * @throws OutriggerError `shape` when x is not [batch, time, size] or the mask is not [batch, time]
 */
export function sequenceShape(layer: string, x: Tensor, size: number, mask?: Tensor): [number, number] {
  const [batch, time] = x.shape;
  if (x.rank !== 3 || x.shape[2] !== size) {
    const said = `${layer}: the input is [${x.shape.join(", ")}], but must be [batch, time, ${size}].`;
    throw new OutriggerError("shape", said, { shape: x.shape, size });
  }
  if (mask && mask.shape.join() !== `${batch},${time}`) {
    const said = `${layer}: the mask is [${mask.shape.join(", ")}], but must be [${batch}, ${time}].`;
    throw new OutriggerError("shape", said, { shape: mask.shape });
  }
  return [batch!, time!];
}
