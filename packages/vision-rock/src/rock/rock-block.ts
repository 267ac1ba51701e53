import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { conv2d } from "@outrigger/core/nn/conv";
import type { Chain, Mode } from "@outrigger/core/nn/layer";
import { sequential } from "@outrigger/core/nn/sequential";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { convUnit } from "../backbone/conv-unit.ts";
import type { Norm } from "../backbone/norm.ts";
import type { MapShape } from "../detector/map-shape.ts";
import { type Auxiliary, type ByAuxiliary, byAuxiliary } from "./auxiliary.ts";
import type { Fused } from "./fusion/fusion.ts";
import { FUSIONS } from "./fusion/kinds.ts";
import { type RockBlockOptions, requireBlock } from "./options.ts";
import { type Predictor, predictorOf } from "./predictor.ts";

export interface Refined extends Fused {
  /** H_t [batch, h, w, C_t] of every task. */
  readonly features: ByAuxiliary<Tensor4D>;
}

export interface RockBlock {
  readonly tasks: readonly Auxiliary[];
  /** C_t: channels of the features of every task. */
  readonly channels: ByAuxiliary<number>;
  init(random: Random): Tree<NDArray>;
  /** The map that the detector reads, and the features that the predictors read. F is [batch, h, w, C]. */
  refine(params: Tree<Tensor>, map: Tensor, mode: Mode): Refined;
  /** From a task's features to its output: scene [batch, scenes] logits, depth [batch, h, w], normals [batch, h, w, 3] of any length. */
  readonly predictors: ByAuxiliary<Predictor>;
}

interface BlockParams {
  readonly encoder: Tree<Tensor>;
  readonly features: ByAuxiliary<Tree<Tensor>>;
  readonly fusion: Tree<Tensor>;
}

/** Three convolutions of a task alone, 1 × 1, 3 × 3 and 1 × 1, half as wide inside as the encoder. */
function taskConvolutions(width: number, norm: Norm): Chain[] {
  const half = Math.ceil(width / 2);
  return [
    convUnit({ inputs: width, outputs: half, size: 1, norm }),
    convUnit({ inputs: half, outputs: half, norm }),
    convUnit({ inputs: half, outputs: width, size: 1, norm }),
  ];
}

/**
 * The auxiliary block of ROCK, on any backbone's map: the tasks' predictions are made from features that flow back into the map the detector reads.
 *
 *     E = enc(F),   H_t = W_t E + b_t,   ŷ_t = pool(H_t),   F' = relu(norm(F + Σ_t D_t(H_t)))
 *
 * F [batch, h, w, C] is the backbone's map; enc a 1 × 1 and a 3 × 3 convolution, each with norm and rectifier; W_t a 1 × 1 convolution to C_t channels
 * without activation, after three convolutions of the task's own when `taskConvolutions` is set; pool the means of `predictor`; D_t a 1 × 1 convolution
 * with norm and rectifier; the last formula that of `fusion`.
 *
 * At C = 2048, 27 scenes and the defaults it has 4,813,851 parameters, with `taskConvolutions` 7,378,971: kernels, biases and 2 numbers a channel for
 * every norm.
 *
 * Mordan, Thome, Henaff and Cord, "Revisiting Multi-Task Learning with ROCK: a Deep Residual Auxiliary Block for Visual Detection", NeurIPS 2018,
 * https://hal.sorbonne-universite.fr/hal-01922291v3. Layer sizes are those of https://github.com/vita-epfl/rock-pytorch; its convolutions of the tasks'
 * own are not in the paper. Differences: group norm in the place of batch norm, unless `norm` says otherwise.
 *
 * Cost: at the defaults some 4.8 million multiplications a pixel of the map at C = 2048, one a parameter.
 *
 * @throws VisionRockError `bad-option` for tasks that are unknown, twice there or none at all, for unknown words and for widths that do not fit
 */
export function rockBlock(options: RockBlockOptions & { readonly map: MapShape }): RockBlock {
  const chosen = requireBlock(options);
  const { map, tasks, norm, encoder: width, channels, scenes } = chosen;
  const encoder = sequential([
    convUnit({ inputs: map.channels, outputs: width, size: 1, norm }),
    convUnit({ inputs: width, outputs: width, norm }),
  ]);
  const branches = byAuxiliary(tasks, (task) =>
    sequential([
      ...(chosen.taskConvolutions ? taskConvolutions(width, norm) : []),
      conv2d({ inputs: width, outputs: channels[task]!, size: 1 }),
    ]),
  );
  const fusion = FUSIONS[chosen.fusion]({ channels: map.channels, features: channels, norm });
  return {
    tasks,
    channels,
    predictors: byAuxiliary(tasks, (task) => predictorOf(chosen.predictor, task, scenes, channels[task]!)),
    init: (random) => ({
      encoder: encoder.init(random),
      features: byAuxiliary(tasks, (task) => branches[task]!.init(random)) as Tree<NDArray>,
      fusion: fusion.init(random),
    }),
    refine(params, x, mode) {
      const own = params as unknown as BlockParams;
      const encoded = encoder.apply(own.encoder as never, x, mode);
      const features = byAuxiliary(
        tasks,
        (task) => branches[task]!.apply(own.features[task] as never, encoded, mode) as Tensor4D,
      );
      return { features, ...fusion.apply(own.fusion, x as Tensor4D, features, mode) };
    },
  };
}
