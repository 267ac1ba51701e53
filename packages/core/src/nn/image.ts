import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";

/**
 * A batch of images, checked.
 *
 * @throws OutriggerError `shape` when x is not [batch, height, width, channels]
 */
export function checkImages(layer: string, x: Tensor, channels?: number): Tensor4D {
  if (x.rank === 4 && (channels === undefined || x.shape[3] === channels)) return x as Tensor4D;
  const wanted = `[batch, height, width, ${channels ?? "channels"}]`;
  const said = `${layer}: the input is [${x.shape.join(", ")}], but must be ${wanted}.`;
  throw new OutriggerError("shape", said, { shape: x.shape, channels });
}
