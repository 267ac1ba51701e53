import type { NDArray, Random, Tree } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";

/** Sizes of a decoder that a position encoding needs to know. */
export interface Sizes {
  /** d, length of the hidden vectors. */
  readonly size: number;
  /** H, heads of attention; each has width d / H. */
  readonly heads: number;
}

/** Cosines and sines by which queries and keys are turned, each [rows, width / 2]. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Where a token stands, told to the model in one of three places: added to its embedding, as a rotation of queries and keys, or as a bias
 * of the attention logits. All see explicit position ids, so that ids may have gaps (restrictions), repeat (coupled positions) or be drawn
 * (randomized positions). Encodings are values; parameters lie in the model, one set for all layers.
 */
export interface PositionEncoding {
  readonly name: string;
  /** One sentence: how it tells where a token stands. */
  readonly describe: string;
  /** The least id that it cannot take; absent where any id works. */
  readonly ids?: number;
  init(random: Random, sizes: Sizes): Tree<NDArray>;
  /** What is added to the embeddings: [rows, size] from int32 ids [rows]. */
  embed?(params: Tree<Tensor>, ids: Tensor, sizes: Sizes): Tensor;
  /** From int32 ids [rows]. */
  rotate?(ids: Tensor, sizes: Sizes): Rotation;
  /** What is added to the logits: [batch, heads, queries, keys] from int32 ids [batch, queries] and [batch, keys]. */
  bias?(params: Tree<Tensor>, queries: Tensor, keys: Tensor, sizes: Sizes): Tensor;
}
