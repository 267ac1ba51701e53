import { array, type NDArray } from "../graph/array.ts";
import type { Random } from "../random.ts";

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/**
 * `count` random orthogonal matrices [size, size] side by side, [size, count·size]: QᵀQ = I for each, so that products with it keep the
 * length of a state over many steps.
 *
 * Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", ICLR 2014,
 * https://arxiv.org/abs/1312.6120
 *
 * Cost: count·size³ multiplications (Gram-Schmidt on normal vectors, twice, in double precision).
 */
export function orthogonal(random: Random, size: number, count = 1): NDArray {
  const values = new Float32Array(size * size * count);
  for (let matrix = 0; matrix < count; matrix++) {
    const rows: Float64Array[] = [];
    while (rows.length < size) {
      const row = Float64Array.from({ length: size }, () => random.normal());
      const before = Math.sqrt(dot(row, row));
      // A second pass takes away what rounding left of the rows before.
      for (const other of [...rows, ...rows]) {
        const part = dot(row, other);
        row.forEach((v, i) => {
          row[i] = v - part * other[i]!;
        });
      }
      const length = Math.sqrt(dot(row, row));
      // Next to nothing is left of a row that lies in the span of the others: draw another.
      if (length > 1e-6 * before) rows.push(row.map((v) => v / length));
    }
    rows.forEach((row, i) => {
      values.set(row, (i * count + matrix) * size);
    });
  }
  return array(values, [size, count * size]);
}
