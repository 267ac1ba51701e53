/** Σ_k c_k · log2(C/c_k) with C = Σ_k c_k: bits to tell C things apart by class, c_k of them in class k. 0 for none. */
export function information(counts: Iterable<number>): number {
  const present = [...counts].filter((count) => count > 0);
  const total = present.reduce((a, b) => a + b, 0);
  return present.reduce((bits, count) => bits + count * Math.log2(total / count), 0);
}
