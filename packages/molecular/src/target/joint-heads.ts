import { OutriggerError } from "@outrigger/core/error";
import type { Tree } from "@outrigger/core/graph/array";
import type { Batches } from "@outrigger/core/train/model";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/**
 * The same model with the heads of several targets as the one head of a task: outputs [batch, 1] each become [batch, n] in the order of
 * `targets`. Other heads stay as they are.
 *
 * @throws OutriggerError, when parameters are made, `bad-model` for a target without a head
 */
export function jointHeads<B>(model: SplitModel<B>, task: string, targets: readonly string[]): SplitModel<B> {
  return splitModel({
    ...model,
    init(random) {
      const { trunk, heads } = model.init(random);
      const missing = targets.find((target) => heads[target] === undefined);
      if (missing !== undefined) {
        const said = `The model has no head for target "${missing}" of task "${task}". Give it one a target.`;
        throw new OutriggerError("bad-model", said, { task, target: missing });
      }
      const own = Object.fromEntries(targets.map((target) => [target, heads[target]!]));
      const others = Object.entries(heads).filter(([name]) => !targets.includes(name));
      return { trunk, heads: { [task]: own, ...Object.fromEntries(others) } };
    },
    decode(head, z, batch, mode, name) {
      if (name !== task) return model.decode(head, z, batch, mode, name);
      const own = head as Record<string, Tree<Tensor>>;
      return tf.concat(
        targets.map((target) => model.decode(own[target]!, z, batch, mode, target)),
        1,
      );
    },
  });
}

/** Batches as `Fitted.predict` must see them where a task has n predictions a sample: it counts predictions. */
export const perTarget = <H>(batches: Batches<H>, n: number): Batches<H> => ({
  ...batches,
  ...(batches.samples !== undefined && { samples: batches.samples * n }),
  epoch: (random) => batches.epoch(random),
});
