import type { Column } from "@outrigger/core/data/column";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";

/**
 * The five descriptors that help most by common sense: lipophilicity, polar surface, hydrogen-bond donors and acceptors, and
 * flexibility. Fixed before any benchmark was run; public run logs of AutAuT's precursor show language models voting for the same ones.
 */
export const CHOSEN_DESCRIPTORS: readonly string[] = [
  "CrippenClogP",
  "tpsa",
  "NumHBD",
  "NumHBA",
  "NumRotatableBonds",
];

/** One row a molecule: the numbers of `DESCRIPTOR_NAMES`, in that order. */
export type DescriptorRows = readonly ArrayLike<number>[];

/** Descriptors with at least two different values among the training molecules: the others are nothing to learn. */
export function varyingDescriptors(rows: DescriptorRows, train: readonly number[]): string[] {
  return DESCRIPTOR_NAMES.filter((_, at) => train.some((row) => rows[row]![at] !== rows[train[0]!]![at]));
}

/** Pearson's correlation of two columns over the rows where both have a value; 0 where one of them is constant. */
export function correlation(a: Column, b: Column, rows: readonly number[]): number {
  const both = rows.filter((row) => a.mask[row] === 1 && b.mask[row] === 1);
  const mean = ({ values }: Column): number => both.reduce((sum, row) => sum + values[row]!, 0) / both.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const row of both) {
    const [x, y] = [a.values[row]! - meanA, b.values[row]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa * bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * Fixed weights of K auxiliaries by how much their labels have to do with the primary's: w_k = K·|r_k| / Σ_j |r_j|, with r_k the
 * correlation of the two labels over the training molecules (all 1 if every r_k is 0). They sum to K, as uniform weights do.
 */
export function correlationWeights(
  primary: Column,
  auxiliaries: readonly Column[],
  train: readonly number[],
): number[] {
  const sizes = auxiliaries.map((each) => Math.abs(correlation(primary, each, train)));
  const sum = sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size) => (sum > 0 ? (sizes.length * size) / sum : 1));
}
