import { gram } from "../linalg/gram.ts";
import type { Random } from "../random.ts";
import type { Population } from "./population.ts";

/** Draws what least squares needs to know of a task's data: X'X and X'e. Both kinds have the same distribution. */
export interface Sampler {
  /** Draws a new design X of the task and writes the lower triangle of X'X, D×D row-major. */
  design(task: number, target: Float64Array): void;
  /** Adds `scale` · X'e to `target`, length D, for new noise e ~ N(0, I) on the last design. */
  noise(scale: number, target: Float64Array): void;
}

/** How a simulation draws its designs: `rows` draws every sample, `bartlett` the Wishart matrix X'X itself. */
export type DesignKind = "bartlett" | "rows";

export function sampler(kind: DesignKind, population: Population, source: Random): Sampler {
  return kind === "rows" ? rowSampler(population, source) : bartlettSampler(population, source);
}

/**
 * Every sample: n_k·D normals, their Gram matrix, n_k normals of noise. The plain way, to check the other against.
 *
 * Cost: n_k D²/2 multiplications a design, n_k D normals; as much again where tasks have covariances of their own.
 */
function rowSampler({ features, rows, factors }: Population, source: Random): Sampler {
  const columns = new Float64Array(features * Math.max(...rows));
  const errors = new Float64Array(Math.max(...rows));
  let n = 0;
  return {
    design: (task, target) => {
      n = rows[task]!;
      source.fillNormal(columns, 0, features * n);
      const factor = factors?.[task];
      if (factor !== undefined) mix(columns, factor, features, n);
      gram(columns, features, n, target);
    },
    noise: (scale, target) => {
      source.fillNormal(errors, 0, n);
      for (let i = 0; i < features; i++) {
        let sum = 0;
        for (let r = 0; r < n; r++) sum += columns[i * n + r]! * errors[r]!;
        target[i]! += scale * sum;
      }
    },
  };
}

/** Rows z become C z in place, C lower triangular: the last feature first, for it needs all the others unchanged. */
function mix(columns: Float64Array, factor: Float64Array, features: number, rows: number): void {
  for (let i = features - 1; i >= 0; i--) {
    const own = factor[i * features + i]!;
    for (let r = 0; r < rows; r++) columns[i * rows + r]! *= own;
    for (let j = 0; j < i; j++) {
      const c = factor[i * features + j]!;
      for (let r = 0; r < rows; r++) columns[i * rows + r]! += c * columns[j * rows + r]!;
    }
  }
}

/**
 * Bartlett's decomposition: X' = C L Q' with C the Cholesky factor of Sigma, L lower triangular and Q orthogonal, independent of each other.
 * L has normals below its diagonal and the root of a chi-square with n - i degrees of freedom on it (i from 0); it has min(n, D) columns,
 * so n < D is allowed. Hence X'X = (C L)(C L)', and X'e = C L (Q'e) has the law of C L z, z ~ N(0, I).
 *
 * Bartlett, "On the theory of statistical regression", Proceedings of the Royal Society of Edinburgh, 1933; for n < D the same argument,
 * own derivation. Cost: D²/2 normals and D³/6 multiplications a design, D³/3 where tasks have covariances of their own; any n_k.
 */
function bartlettSampler({ features: d, rows, factors }: Population, source: Random): Sampler {
  const triangle = new Float64Array(d * d);
  const mixed = factors ? new Float64Array(d * d) : triangle;
  const z = new Float64Array(d);
  let rank = 0;
  return {
    design: (task, target) => {
      const n = rows[task]!;
      rank = Math.min(n, d);
      for (let i = 0; i < d; i++) {
        source.fillNormal(triangle, i * d, i * d + Math.min(i, rank));
        if (i < rank) triangle[i * d + i] = Math.sqrt(source.chiSquare(n - i));
      }
      const factor = factors?.[task];
      if (factor !== undefined) lowerProduct(factor, triangle, d, rank, mixed);
      for (let i = 0; i < d; i++)
        for (let j = 0; j <= i; j++) {
          const width = Math.min(j + 1, rank);
          let sum = 0;
          for (let k = 0; k < width; k++) sum += mixed[i * d + k]! * mixed[j * d + k]!;
          target[i * d + j] = sum;
        }
    },
    noise: (scale, target) => {
      source.fillNormal(z, 0, rank);
      for (let i = 0; i < d; i++) {
        const width = Math.min(i + 1, rank);
        let sum = 0;
        for (let k = 0; k < width; k++) sum += mixed[i * d + k]! * z[k]!;
        target[i]! += scale * sum;
      }
    },
  };
}

/** C L for lower triangular D×D matrices, L with `rank` columns. */
function lowerProduct(c: Float64Array, l: Float64Array, d: number, rank: number, target: Float64Array): void {
  for (let i = 0; i < d; i++)
    for (let j = 0; j < Math.min(i + 1, rank); j++) {
      let sum = 0;
      for (let k = j; k <= i; k++) sum += c[i * d + k]! * l[k * d + j]!;
      target[i * d + j] = sum;
    }
}
