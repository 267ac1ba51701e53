import type { NDArray, Tree } from "@outrigger/core/graph/array";
import type { AnyLayer, Mode } from "@outrigger/core/nn/layer";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "../backbone/backbone.ts";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { type Auxiliary, type ByAuxiliary, byAuxiliary } from "../rock/auxiliary.ts";
import type { RockBlockOptions } from "../rock/options.ts";
import { type Refined, rockBlock } from "../rock/rock-block.ts";

export interface DetectionModelOptions {
  readonly backbone: Backbone;
  /** Default null: the detector alone. */
  readonly block?: RockBlockOptions | null;
  /** Reads the map [batch, h, w, C] that the block refined; its output is that of the task "detection". */
  readonly detector: { readonly head: AnyLayer };
}

/** What a model reads of a batch. */
export type DetectionInputs = Pick<DetectionBatch, "inputs">;

export interface DetectionModel extends SplitModel<DetectionInputs> {
  /** "detection", then the auxiliaries of the block. */
  readonly tasks: readonly ("detection" | Auxiliary)[];
  /** Parts of the parameters that training leaves as they are: for `fit`'s option of that name. */
  readonly frozen: readonly string[];
  /** How far the gate of every task is open, image by image [batch]; nothing unless the fusion is gated. */
  gates(trunk: Tree<Tensor>, batch: DetectionInputs, mode: Mode): ByAuxiliary<Tensor1D>;
}

interface Trunk<T> {
  readonly backbone: Tree<T>;
  readonly block?: Tree<T>;
}

/**
 * The network: backbone, block and detector, with heads "detection" and one an auxiliary.
 *
 * z = [F', H_t …], channels side by side: the map as the block refined it, and the features of every task in the order scene, depth, normals. Every head
 * reads its own channels. The pooled predictors have no parameters, so the trunk reaches up to the features, and the detector is the head "detection".
 * Without a block z is the backbone's map.
 *
 * Outputs: detection as `detector.head` gives it; scene [batch, scenes] logits; depth [batch, h, w] logarithms; normals [batch, h, w, 3].
 * Parameters: `trunk/backbone`, `trunk/block`, `heads/detection`, and `heads/TASK`, empty for pooled predictors.
 *
 * @throws VisionRockError as `rockBlock` does
 */
export function detectionModel({
  backbone,
  block: options = null,
  detector,
}: DetectionModelOptions): DetectionModel {
  const { map } = backbone;
  const block = options === null ? null : rockBlock({ ...options, map });
  const auxiliaries = block?.tasks ?? [];
  const refine = (trunk: Tree<Tensor>, { inputs }: DetectionInputs, mode: Mode): Refined => {
    const own = trunk as unknown as Trunk<Tensor>;
    const features = backbone.layer.apply(own.backbone as never, inputs, mode) as Tensor4D;
    return block === null ? { refined: features, features: {} } : block.refine(own.block!, features, mode);
  };
  /** Where a head's channels of z begin, and how many there are. */
  const place = (task: string): readonly [number, number] => {
    if (task === "detection") return [0, map.channels];
    const before = auxiliaries.slice(0, auxiliaries.indexOf(task as Auxiliary));
    const start = before.reduce((sum, each) => sum + block!.channels[each]!, map.channels);
    return [start, block!.channels[task as Auxiliary]!];
  };
  return {
    ...splitModel<DetectionInputs>({
      init: (random) => ({
        trunk: {
          backbone: backbone.layer.init(random),
          ...(block && { block: block.init(random) }),
        } as Tree<NDArray>,
        heads: {
          detection: detector.head.init(random),
          ...byAuxiliary(auxiliaries, (task) => block!.predictors[task]!.init(random)),
        } as { [task: string]: Tree<NDArray> },
      }),
      represent(trunk, batch, mode) {
        const { refined, features } = refine(trunk, batch, mode);
        return tf.concat([refined, ...auxiliaries.map((task) => features[task]!)], 3);
      },
      decode(head, z, _, mode, task) {
        const [start, size] = place(task);
        const own = z.shape[3] === size ? z : tf.slice(z, [0, 0, 0, start], [-1, -1, -1, size]);
        if (task === "detection") return detector.head.apply(head as never, own, mode);
        return block!.predictors[task as Auxiliary]!.apply(head, own as Tensor4D);
      },
    }),
    tasks: ["detection", ...auxiliaries],
    frozen: backbone.frozen.map((path) => `trunk/backbone/${path}`),
    gates: (trunk, batch, mode) => refine(trunk, batch, mode).gates ?? {},
  };
}
