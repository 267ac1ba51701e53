/** Number of an axis from the front: negative ones count from the back; without one, the first. */
export const axisOf = (axis: unknown, rank: number): number => {
  const at = (axis as number | undefined) ?? 0;
  return at < 0 ? at + rank : at;
};

/** The order of axes that transposes a matrix in the last two. */
export const swapLast = (rank: number): number[] => {
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return perm;
};
