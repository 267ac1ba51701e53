import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { conv2d } from "@outrigger/core/nn/conv";
import { constant } from "@outrigger/core/nn/initialize";
import type { AnyLayer, Layer } from "@outrigger/core/nn/layer";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type ByAuxiliary, byAuxiliary } from "../auxiliary.ts";
import { decoders } from "./decoders.ts";
import { type Fusion, type FusionSetting, tasksOf } from "./fusion.ts";

/** A gate's logit: one number for all pixels of all images, 0 at first. */
const scalarGate: Layer<{ readonly logit: NDArray }> = {
  init: () => ({ logit: constant([1], 0) }),
  apply: ({ logit }, features) => tf.fill([features.shape[0]!, 1, 1, 1], 1).mul(logit),
};

/** A gate's logit at every pixel, from the task's features; 0 at first. */
function mapGate(inputs: number): AnyLayer {
  const layer = conv2d({ inputs, outputs: 1, size: 1 });
  return { ...layer, init: () => ({ kernel: constant([1, 1, inputs, 1], 0), bias: constant([1], 0) }) };
}

interface GatedParams {
  readonly decoders: Tree<Tensor>;
  readonly gates: ByAuxiliary<Tree<Tensor>>;
}

function gated(setting: FusionSetting, gateOf: (channels: number) => AnyLayer): Fusion {
  const decode = decoders(setting);
  const tasks = tasksOf(setting).map(([task]) => task);
  const gates = byAuxiliary(tasks, (task) => gateOf(setting.features[task]!));
  return {
    init: (random) => ({
      decoders: decode.init(random),
      gates: byAuxiliary(tasks, (task) => gates[task]!.init(random)) as Tree<NDArray>,
    }),
    apply(params, map, features, mode) {
      const own = params as unknown as GatedParams;
      const open = byAuxiliary(tasks, (task) =>
        tf.sigmoid(gates[task]!.apply(own.gates[task] as never, features[task]!, mode)),
      );
      const decoded = decode.apply(own.decoders, features, mode);
      const parts = decoded.map(([task, value]) => tf.mul<Tensor4D>(open[task]!, value));
      return {
        refined: tf.addN([map, ...parts]),
        gates: byAuxiliary(tasks, (task) => tf.mean(open[task]!, [1, 2, 3]) as Tensor1D),
      };
    },
  };
}

/**
 * F' = F + Σ_t σ(g_t) D_t(H_t), with one number g_t a task, 0 at first: a gate that closes says that the detector has no use for the task.
 *
 * Parameters: a decoder and a number a task. Own variant of ROCK's fusion.
 */
export const gatedFusion = (setting: FusionSetting): Fusion => gated(setting, () => scalarGate);

/** The same with g_t = w_t·H_t + b_t at every pixel, 0 at first. Its gates are reported as means over the pixels of an image. */
export const gatedMapFusion = (setting: FusionSetting): Fusion => gated(setting, mapGate);
