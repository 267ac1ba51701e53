import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs";

/** Which samples of a batch have an annotation, 1 or 0; each [batch]. A sample without boxes that was looked at has detection 1. */
export interface AnnotationMasks {
  readonly detection: Tensor1D;
  readonly scene: Tensor1D;
  readonly depth: Tensor1D;
  readonly normals: Tensor1D;
}

/**
 * Pictures and the targets of all tasks. h × w is the grid of the backbone's map; P is the number of prior boxes.
 *
 * Values are finite everywhere, also where a mask says that there is no label.
 */
export interface DetectionBatch {
  /** [batch, height, width, 3], standardised; with further channels for models that read true geometry. */
  readonly inputs: Tensor4D;
  /** [batch, P]: 0 background, 1 + class for a matched prior, −1 for one that does not count. */
  readonly classes: Tensor2D;
  /** [batch, P, 4]: the matched box as the codec writes it; 0 where nothing is matched. */
  readonly offsets: Tensor3D;
  /** [batch]: place in the list of scenes. */
  readonly scene: Tensor1D;
  /** [batch, h, w]: natural logarithm of the depth in metres, clamped to [0.001, 10]. */
  readonly logDepth: Tensor3D;
  /** [batch, h, w]: 1 where the depth is known. */
  readonly depthKnown: Tensor3D;
  /** [batch, h, w, 3]: unit vectors, x right, y down, z forward. */
  readonly normals: Tensor4D;
  /** [batch, h, w]: 1 where the normal is known. */
  readonly normalsKnown: Tensor3D;
  readonly masks: AnnotationMasks;
}
