import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import { dense } from "../nn/dense.ts";
import type { AnyLayer, Chain } from "../nn/layer.ts";
import { sequential } from "../nn/sequential.ts";
import type { Model } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { hardSharing } from "./hard-sharing.ts";
import { widthsOf } from "./inner/shapes.ts";
import { byTask, type ShapedOptions, sharedBy } from "./policy.ts";

/** What a task has beside one layer: `carry` brings what it attended to before up to here; the first layer has none. */
interface Attention<T> {
  readonly carry?: Tree<T>;
  readonly mask: readonly Tree<T>[];
}
interface Attending<T> {
  readonly attention: readonly Attention<T>[];
  readonly head: Tree<T>;
}

/** From features of one width to a mask of another: σ(W₂ relu(W₁ v + b₁) + b₂). */
const maskOf = (inputs: number, outputs: number): Chain =>
  sequential([
    dense({ inputs, outputs, activation: tf.relu }),
    dense({ inputs: outputs, outputs, activation: tf.sigmoid, init: "glorot" }),
  ]);

/**
 * Attention on shared features: every task reads the features that all share through masks of its own, layer after layer. With p_l what layer l
 * of the shared network gives, â_0 nothing and [·, ·] features side by side:
 *
 *     m_l = σ(W₂ relu(W₁ [p_l, f_l(â_{l−1})] + b₁) + b₂),   â_l = m_l ⊙ p_l,   output of task k = h_k(â_L)
 *
 * W₁, W₂ (1 × 1 convolutions on images), biases and f_l are the task's own. f_l is the same kind of layer as layer l, so that shapes fit whatever the layers
 * are. The width inside is that of p_l.
 *
 * Parameters: `trunk/LAYER`, `heads/TASK/attention/LAYER/mask`, `…/carry` (from the second layer on), `heads/TASK/head`. No `SplitModel`: tasks read
 * every layer.
 *
 * Cost: 1 + T passes through the layers, and for every task and layer two products of the layer's width.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Liu, Johns and Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, https://arxiv.org/abs/1803.10704. Differences from
 * the paper, whose blocks are those of SegNet: a mask reads the layer's output, where theirs reads the first and masks the second convolution of
 * a block; f_l is a layer like the shared one, where theirs is a 3 × 3 convolution and a pool; no batch norm.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, or where a sample has a single number
 */
export function mtan<B = ColumnBatch<Tensor>>(options: ShapedOptions<B>): Model<B> {
  const { layers, heads, inputs, tasks } = sharedBy("mtan", options);
  const plain = hardSharing(options);
  const widthAt = (l: number, width: number): number => (l === 0 ? width : 2 * width);
  return {
    init(random) {
      const begin = plain.init(random);
      const params = begin.trunk as readonly Tree<NDArray>[];
      const [, ...widths] = widthsOf("mtan", layers, params, options.shape);
      const attentionOf = (layer: AnyLayer, l: number): Attention<NDArray> => ({
        ...(l > 0 && { carry: layer.init(random) }),
        mask: maskOf(widthAt(l, widths[l]!), widths[l]!).init(random),
      });
      return {
        trunk: begin.trunk,
        heads: byTask(tasks, (task) => ({
          head: begin.heads[task]!,
          attention: layers.map(attentionOf) as unknown as Tree<NDArray>,
        })),
      };
    },
    apply(params, batch, mode) {
      const trunk = params.trunk as readonly Tree<Tensor>[];
      const shared: Tensor[] = [];
      layers.forEach((layer, l) =>
        shared.push(layer.apply(trunk[l] as never, shared[l - 1] ?? inputs(batch), mode)),
      );
      return byTask(tasks, (task) => {
        const { attention, head } = params.heads[task] as unknown as Attending<Tensor>;
        const attended: Tensor[] = [];
        layers.forEach((layer, l) => {
          const { carry, mask } = attention[l]!;
          const features = shared[l]!;
          const read = carry
            ? tf.concat([features, layer.apply(carry as never, attended[l - 1]!, mode)], features.rank - 1)
            : features;
          const width = features.shape.at(-1)!;
          attended.push(tf.mul(maskOf(widthAt(l, width), width).apply(mask as never, read, mode), features));
        });
        return heads[task]!.apply(head as never, attended.at(-1)!, mode);
      });
    },
  };
}
