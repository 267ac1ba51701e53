import type { Rows } from "./matrix.ts";

/**
 * The smallest pivot of an LDL' elimination with diagonal pivoting of a symmetric matrix, in units of its largest entry: at least
 * about -1e-15 for a positive semi-definite matrix, negative for any other. Cost: n³/3 multiplications.
 */
export function smallestPivot(matrix: Rows): number {
  const unit = matrix.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const a = matrix.map((row) => row.map((value) => value / unit));
  const left = new Set(a.keys());
  let smallest = 0;
  while (left.size > 0) {
    const pivot = [...left].reduce((best, j) => (a[j]![j]! > a[best]![best]! ? j : best));
    const value = a[pivot]![pivot]!;
    for (const j of left) smallest = Math.min(smallest, a[j]![j]!);
    // What is left is rounding: dividing by it would blow it up.
    if (value <= 1e-14) {
      for (const j of left)
        for (const k of left) if (j !== k) smallest = Math.min(smallest, -Math.abs(a[j]![k]!));
      return smallest;
    }
    left.delete(pivot);
    for (const j of left) for (const k of left) a[j]![k]! -= (a[j]![pivot]! * a[pivot]![k]!) / value;
  }
  return smallest;
}
