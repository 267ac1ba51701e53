import type { NDArray, Tree } from "@outrigger/core/graph/array";
import type { Chain, Mode } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { convUnit } from "../../backbone/conv-unit.ts";
import type { Auxiliary, ByAuxiliary } from "../auxiliary.ts";
import { type FusionSetting, tasksOf } from "./fusion.ts";

export interface Decoders {
  init(random: Random): { readonly [task: string]: Tree<NDArray> };
  /** D_t(H_t) [batch, h, w, C], task after task. */
  apply(
    params: Tree<Tensor>,
    features: ByAuxiliary<Tensor4D>,
    mode: Mode,
  ): readonly (readonly [Auxiliary, Tensor4D])[];
}

/** One decoder a task, D_t(H_t) = relu(norm(conv1×1(H_t))): from the task's channels to those of the map. */
export function decoders(setting: FusionSetting): Decoders {
  const { channels, norm } = setting;
  const each = tasksOf(setting).map(([task, inputs]): readonly [Auxiliary, Chain] => [
    task,
    convUnit({ inputs, outputs: channels, size: 1, norm }),
  ]);
  return {
    init: (random) => Object.fromEntries(each.map(([task, decoder]) => [task, decoder.init(random)])),
    apply: (params, features, mode) =>
      each.map(([task, decoder]) => {
        const own = (params as ByAuxiliary<Tree<Tensor>>)[task] as never;
        return [task, decoder.apply(own, features[task]!, mode) as Tensor4D];
      }),
  };
}
