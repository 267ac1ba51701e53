/** Places of the scores from the greatest to the least; of equal ones the earlier first. Cost: one sort. */
export const descending = (scores: ArrayLike<number>): Int32Array =>
  Int32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
