import { array, type NDArray } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { PositionEncoding } from "./encoding.ts";

/**
 * One learned vector a position id, added to the embedding. Ids that training never shows keep the vectors that they started with: draw
 * the ids (randomized positions, a random start) if longer sequences are to be read.
 *
 * The table [ids, d] starts normal with deviation 0.02, as in BERT and GPT-2.
 *
 * @param options.ids ids 0 … ids − 1 can be looked up.
 * @param options.name for tables. Default "learned".
 * @param options.describe what the ids stand for.
 * @throws OutriggerError `bad-option` unless `ids` is a positive whole number.
 */
export function learned(options: {
  readonly ids: number;
  readonly name?: string;
  readonly describe?: string;
}): PositionEncoding {
  const { ids: count, name = "learned" } = options;
  const { describe = "A learned vector for every position id, added to the embedding." } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new OutriggerError("bad-option", `${name}: ids must be a positive whole number, not ${count}.`, {
      ids: count,
    });
  }
  return {
    name,
    describe,
    ids: count,
    init(random, { size }): NDArray {
      const values = Float32Array.from({ length: count * size }, () => 0.02 * random.normal());
      return array(values, [count, size]);
    },
    embed: (table, ids) => tf.gather(table as Tensor, ids),
  };
}
