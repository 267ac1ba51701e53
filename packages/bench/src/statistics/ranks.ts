/** Ranks from 1 of the smallest value up; equal values share the mean of the ranks that they take together. O(n log n). */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const out = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    // Places from … to - 1 are ranks from + 1 … to.
    for (const index of order.slice(from, to)) out[index] = (from + 1 + to) / 2;
    from = to;
  }
  return out;
}

/** Sum over groups of equal values of t^3 - t, t the size of the group: by how much ties narrow a rank statistic. */
export function tieTerm(values: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, t) => sum + (t ** 3 - t), 0);
}
