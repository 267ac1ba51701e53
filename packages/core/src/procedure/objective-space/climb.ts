import { dot, squareNorm } from "../../solve/algebra.ts";
import { block } from "../../train/gram-rows.ts";
import type { Climb } from "../../weighting/gram/factored-logits.ts";
import { cosine, type Gram } from "../../weighting/gram/read.ts";

/** Sums of what steps said since the logits last moved. */
export interface Climbing {
  readonly all: readonly number[];
  readonly split: readonly [number, number];
  readonly steps: number;
}

export const nothingSeen = (cells: number): Climbing => ({
  all: Array.from({ length: cells }, () => 0),
  split: [0, 0],
  steps: 0,
});

/**
 * What one step says: cosines with d of the gradients of the cells drawn, of the primary, and of Σ_c p_c g_c.
 *
 * @param gram inner products of d, the primary's gradient and those of the cells, in this order
 * @param parts p_c
 */
export function cosinesWithDev(gram: Gram, parts: readonly number[]): Climb {
  const all = parts.map((_, i) => cosine(gram, 0, i + 2));
  const length = Math.sqrt(gram[0]![0]! * squareNorm(block(gram, 2, 2, parts.length), parts));
  const along = dot(parts, gram[0]!.slice(2));
  const together = length > 0 ? Math.max(-1, Math.min(1, along / length)) : 0;
  return { all, split: [cosine(gram, 0, 1), together] };
}

/** The sums with one step more, which drew the cells `chosen`. */
export function withStep(sums: Climbing, chosen: readonly number[], said: Climb): Climbing {
  const all = [...sums.all];
  for (const [i, c] of chosen.entries()) all[c]! += said.all[i]!;
  const split = [sums.split[0] + said.split[0], sums.split[1] + said.split[1]] as const;
  return { all, split, steps: sums.steps + 1 };
}

/** Their mean over the steps; a cell that was drawn seldom moves little. */
export const meanClimb = ({ all, split, steps }: Climbing): Climb => ({
  all: all.map((value) => value / steps),
  split: [split[0] / steps, split[1] / steps],
});
