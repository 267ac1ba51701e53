/** Euclidean length of a row, added up in double precision. */
export function norm(row: Float32Array): number {
  let square = 0;
  for (const value of row) square += value * value;
  return Math.sqrt(square);
}

/** The inner products of all pairs of rows, added up in double precision. */
export const gramOf = (rows: readonly Float32Array[]): number[][] =>
  rows.map((a) =>
    rows.map((b) => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
      return sum;
    }),
  );

/** Σ_k w_k r_k into `out`, each number added up in double precision. */
export function combine(rows: readonly Float32Array[], weights: readonly number[], out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < rows.length; k++) sum += weights[k]! * rows[k]![i]!;
    out[i] = sum;
  }
}

/** T rows of one array of T·P numbers, as views. */
export const rowsOf = (data: Float32Array, count: number): Float32Array[] => {
  const size = data.length / count;
  return Array.from({ length: count }, (_, k) => data.subarray(k * size, (k + 1) * size));
};
