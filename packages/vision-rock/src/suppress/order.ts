/**
 * Places of the greatest scores, at most `most` (default all), from the greatest to the least; of equal ones the earlier first.
 *
 * Cost: a sort of numbers when there are more than `most`, then a sort of what is left.
 */
export function descending(scores: ArrayLike<number>, most: number = Number.POSITIVE_INFINITY): Int32Array {
  const { length } = scores;
  const least = length > most ? Float64Array.from(scores).sort()[length - most]! : Number.NEGATIVE_INFINITY;
  const places: number[] = [];
  for (let i = 0; i < length; i++) if (scores[i]! >= least) places.push(i);
  const sorted = places.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return Int32Array.from(sorted.length > most ? sorted.slice(0, most) : sorted);
}
