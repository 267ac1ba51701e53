import * as tf from "@tensorflow/tfjs";
import { array, type NDArray } from "../graph/array.ts";
import type { Random } from "../random.ts";
import { checkSizes } from "./check.ts";
import { glorot } from "./initialize.ts";
import type { Layer } from "./layer.ts";

export interface EmbeddingOptions {
  /** Number of categories of each feature. One number: a single feature. */
  readonly categories: number | readonly number[];
  /** Length of the vectors. */
  readonly width: number;
}

export type EmbeddingParams = { readonly table: NDArray };

/** Where the rows of each feature start when the tables of all features lie one below the other. */
export function tableOffsets(categories: readonly number[]): number[] {
  let next = 0;
  return categories.map((count) => {
    const offset = next;
    next += count;
    return offset;
  });
}

function makeTable(random: Random, categories: readonly number[], width: number): NDArray {
  const tables = categories.map((count) => glorot(random, [count, width]));
  const rows = categories.reduce((sum, count) => sum + count, 0);
  const all = new Float32Array(rows * width);
  for (const [i, offset] of tableOffsets(categories).entries()) {
    all.set(tables[i]?.data ?? [], offset * width);
  }
  return array(all, [rows, width]);
}

/**
 * The sum of one learned vector a categorical feature: y_i = Σ_f table_f[x_if].
 *
 * x is int32 [n, F] (or [n] with one feature) with 0 ≤ x_if < categories_f; y is [n, width]. The F tables lie one below the
 * other in one [Σ categories, width] matrix, so a row costs one gather of F·width numbers. Each table starts Glorot uniform.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number
 */
export function embedding({ categories, width }: EmbeddingOptions): Layer<EmbeddingParams> {
  const counts = typeof categories === "number" ? [categories] : categories;
  checkSizes("embedding", { width, ...Object.fromEntries(counts.map((n, i) => [`categories[${i}]`, n])) });
  const offsets = tableOffsets(counts);
  return {
    init: (random) => ({ table: makeTable(random, counts, width) }),
    apply({ table }, x) {
      if (x.rank === 1) return tf.gather(table, x);
      const rows = tf.add(x, tf.tensor2d([offsets], [1, counts.length], "int32"));
      return tf.sum(tf.gather(table, rows), 1);
    },
  };
}

/**
 * The same sum of embeddings for inputs that are multi-hot rows: y = x·table.
 *
 * x is float32 [n, Σ categories] with one 1 a feature (see {@link tableOffsets}); y is [n, width]. A product of 2·n·Σ categories·width
 * operations; with at most some 200 categories it is faster than the gather, because the gradient is a product too and not a
 * scatter into rows that many samples share.
 */
export function multiHotEmbedding({ categories, width }: EmbeddingOptions): Layer<EmbeddingParams> {
  const counts = typeof categories === "number" ? [categories] : categories;
  const gathered = embedding({ categories, width });
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return {
    init: (random) => gathered.init(random),
    apply: ({ table }, x) => tf.matMul(tf.reshape(x, [-1, rows]), table),
  };
}
