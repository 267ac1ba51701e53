import { conv2d } from "@outrigger/core/nn/conv";
import { sequential } from "@outrigger/core/nn/sequential";
import type { Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { convUnit } from "../../backbone/conv-unit.ts";
import { beside, besideWidth, type Fusion, type FusionSetting } from "./fusion.ts";

/**
 * MTAN's attention: F' = σ(W₂ relu(norm(W₁ [F, H_t …]))) ⊙ F, a mask on the shared map made of it and of what the tasks attend to; W₁ and W₂ are 1 × 1
 * convolutions with biases, C/4 channels between them.
 *
 * Parameters: (C + Σ_t C_t) C/4 + C²/4 and the biases and the norm. The detector's mask alone: the tasks' features are made of the same map before it.
 *
 * Liu, Johns and Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, https://arxiv.org/abs/1803.10704
 */
export function mtanFusion(setting: FusionSetting): Fusion {
  const { channels, norm } = setting;
  const between = Math.ceil(channels / 4);
  const mask = sequential([
    convUnit({ inputs: besideWidth(setting), outputs: between, size: 1, norm }),
    conv2d({ inputs: between, outputs: channels, size: 1, activation: tf.sigmoid }),
  ]);
  return {
    init: (random) => mask.init(random),
    apply(params, map, features, mode) {
      const seen = beside(setting, map, features);
      return { refined: tf.mul<Tensor4D>(mask.apply(params as never, seen, mode), map) };
    },
  };
}
