import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { conv2d } from "@outrigger/core/nn/conv";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type ByAuxiliary, byAuxiliary } from "../auxiliary.ts";
import { beside, besideWidth, type Fusion, type FusionSetting, tasksOf } from "./fusion.ts";

/**
 * PAD-Net's module A: F' = W ∗ [F, H_t …], a 3 × 3 convolution of map and features side by side.
 *
 * Parameters: 9 (C + Σ_t C_t) C and C biases; with 2048 channels of the map 48 million, ten times ROCK's block.
 *
 * Xu, Ouyang, Wang and Sebe, "PAD-Net: Multi-Tasks Guided Prediction-and-Distillation Network", CVPR 2018, https://arxiv.org/abs/1805.04409. Here only
 * the detector's map is refined; there every task's is, with features of one width.
 */
export function padNetA(setting: FusionSetting): Fusion {
  const layer = conv2d({ inputs: besideWidth(setting), outputs: setting.channels });
  return {
    init: (random) => layer.init(random),
    apply: (params, map, features, mode) => ({
      refined: layer.apply(params as never, beside(setting, map, features), mode) as Tensor4D,
    }),
  };
}

/** PAD-Net's module B: F' = F + Σ_t W_t ∗ H_t with 3 × 3 convolutions, 9 C Σ_t C_t parameters and C biases a task. Source as {@link padNetA}. */
export function padNetB(setting: FusionSetting): Fusion {
  const { channels, features } = setting;
  const tasks = tasksOf(setting).map(([task]) => task);
  const messages = byAuxiliary(tasks, (task) => conv2d({ inputs: features[task]!, outputs: channels }));
  return {
    init: (random) => byAuxiliary(tasks, (task) => messages[task]!.init(random)) as Tree<NDArray>,
    apply(params, map, given, mode) {
      const own = params as ByAuxiliary<Tree<Tensor>>;
      const sent = tasks.map(
        (task) => messages[task]!.apply(own[task] as never, given[task]!, mode) as Tensor4D,
      );
      return { refined: tf.addN([map, ...sent]) };
    },
  };
}

interface Attended {
  readonly message: Tree<Tensor>;
  readonly attention: Tree<Tensor>;
}

/**
 * PAD-Net's module C: F' = F + Σ_t σ(A_t ∗ H_t) ⊙ (W_t ∗ H_t) with 3 × 3 convolutions, twice the parameters of module B. Source as {@link padNetA}; there
 * the attention reads the map that is refined, here the task's features.
 */
export function padNetC(setting: FusionSetting): Fusion {
  const { channels, features } = setting;
  const tasks = tasksOf(setting).map(([task]) => task);
  const layers = byAuxiliary(tasks, (task) => {
    const sizes = { inputs: features[task]!, outputs: channels };
    return { message: conv2d(sizes), attention: conv2d({ ...sizes, activation: tf.sigmoid }) };
  });
  return {
    init: (random) =>
      byAuxiliary(tasks, (task) => ({
        message: layers[task]!.message.init(random),
        attention: layers[task]!.attention.init(random),
      })) as Tree<NDArray>,
    apply(params, map, given, mode) {
      const own = params as unknown as ByAuxiliary<Attended>;
      const sent = tasks.map((task) => {
        const { message, attention } = layers[task]!;
        const told = message.apply(own[task]!.message as never, given[task]!, mode);
        return tf.mul<Tensor4D>(attention.apply(own[task]!.attention as never, given[task]!, mode), told);
      });
      return { refined: tf.addN([map, ...sent]) };
    },
  };
}
