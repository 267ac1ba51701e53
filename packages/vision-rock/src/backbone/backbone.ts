import type { AnyLayer } from "@outrigger/core/nn/layer";
import type { MapShape } from "../detector/map-shape.ts";

/** From pictures [batch, height, width, inputs] to the feature map that all tasks share. */
export interface Backbone {
  readonly layer: AnyLayer;
  /** The map's shape, without the batch. */
  readonly map: MapShape;
  /** Paths of the layer's parameters, or of parts that hold them, that training leaves as they are; what `fit` calls frozen. */
  readonly frozen: readonly string[];
}
