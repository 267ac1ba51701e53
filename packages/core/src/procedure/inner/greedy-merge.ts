import { sum } from "../../solve/algebra.ts";

/** What a copy's share may be of the mean share so far. The paper's and the authors' code. */
const GRID = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** A share of every copy, summing to 1, and the score of the mixture. */
export interface Merged {
  readonly shares: readonly number[];
  readonly score: number;
}

/** Shares that sum to 1. */
function normalized(coefficients: readonly number[]): number[] {
  const total = sum(coefficients);
  return coefficients.map((value) => value / total);
}

/**
 * Greedy search for the mixture of best score. The best copy has coefficient 1; then each in the order of its score is tried with 0, 0.2, …, 1
 * times the mean of the coefficients so far, and keeps what is strictly better than everything before. Coefficients are scaled to sum to 1.
 *
 * Cost: six scores a copy but the best.
 *
 * @param scores of every copy alone; higher is better
 * @param evaluate score of a mixture
 */
export async function greedyMerge(
  scores: readonly number[],
  evaluate: (shares: readonly number[]) => Promise<number>,
): Promise<Merged> {
  const order = scores.map((_, b) => b).sort((a, b) => scores[b]! - scores[a]!);
  const [first, ...others] = order as [number, ...number[]];
  let coefficients: number[] = scores.map((_, b) => (b === first ? 1 : 0));
  let best = scores[first]!;
  for (const [tried, b] of others.entries()) {
    const mean = sum(coefficients) / (tried + 1);
    for (const share of GRID) {
      const candidate = coefficients.with(b, share * mean);
      const score = await evaluate(normalized(candidate));
      // Not `score <= best`: a score that is NaN must not win.
      if (!(score > best)) continue;
      best = score;
      coefficients = candidate;
    }
  }
  return { shares: normalized(coefficients), score: best };
}
