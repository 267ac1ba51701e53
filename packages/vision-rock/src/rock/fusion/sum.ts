import type { NDArray, Tree } from "@outrigger/core/graph/array";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { normLayer } from "../../backbone/norm.ts";
import { decoders } from "./decoders.ts";
import type { Fusion, FusionSetting } from "./fusion.ts";

/**
 * The residual fusion of ROCK: F' = relu(norm(F + Σ_t D_t(H_t))).
 *
 * Parameters: a decoder a task and the norm of the sum. Cost: a 1 × 1 convolution a task.
 *
 * Mordan, Thome, Henaff and Cord, "Revisiting Multi-Task Learning with ROCK", NeurIPS 2018, https://hal.sorbonne-universite.fr/hal-01922291v3
 */
export function sumFusion(setting: FusionSetting): Fusion {
  const decode = decoders(setting);
  const norm = normLayer(setting.norm, setting.channels);
  return {
    init: (random) => ({ decoders: decode.init(random), norm: norm.init(random) }),
    apply(params, map, features, mode) {
      const own = params as { readonly decoders: Tree<Tensor>; readonly norm: Tree<Tensor> };
      const decoded = decode.apply(own.decoders, features, mode).map(([, value]) => value);
      const sum = norm.apply(own.norm as never, tf.addN([map, ...decoded]), mode);
      return { refined: tf.relu(sum as Tensor4D) };
    },
  };
}

/** Flat multi-task learning: F' = F. The tasks share the map, and the detector does not see their features. */
export const noFusion = (): Fusion => ({
  init: (): Tree<NDArray> => [],
  apply: (_, map) => ({ refined: map }),
});
