import { gaussLegendre } from "../linalg/gauss-legendre.ts";
import { luInverse } from "../linalg/lu.ts";
import { apply, inner, multiply } from "../linalg/matrix.ts";

/** The eigenvalues u_i of U = H^-1/2 A_1 H^-1/2 of two independent Wishart matrices, seen through averages of symmetric functions. */
export interface JacobiEnsemble {
  /** sin² and cos² of the nodes' angles: u and 1 - u, each to full relative accuracy. */
  readonly sine2: Float64Array;
  readonly cosine2: Float64Array;
  /** E Σ_i φ(u_i) of values φ at the nodes. */
  readonly mean: (values: Float64Array) => number;
  /** E (Σ_i φ(u_i))². */
  readonly meanSquare: (values: Float64Array) => number;
}

/**
 * The real Jacobi ensemble of D eigenvalues with density ∝ Π_{i<j} |u_i - u_j| Π u_i^((n_1-D-1)/2) (1 - u_i)^((n_0-D-1)/2), for n_0, n_1 ≥ D.
 *
 * de Bruijn: E Π (1 + t φ(u_i)) = Pf A(t) / Pf A(0), A_ij = ∬ sgn(y - x) f_i(x) f_j(y), f_i = (1 + t φ) times a basis of polynomials times the
 * weight; odd D is bordered by ∫ f_i. With u = sin² θ all functions are smooth. The basis is orthonormal in the square of the weight, which keeps A
 * well conditioned (a basis orthonormal in the weight itself loses a digit every two dimensions). Derivatives of log Pf = ½ log det at t = 0 give the moments.
 *
 * @param size Q, the number of Gauss–Legendre nodes, over the angles where the density is not negligible.
 * Cost: O(Q² D + D³).
 * Own derivation. de Bruijn's formula: On some multiple integrals involving determinants, J. Indian Math. Soc., 1955.
 */
export function jacobiEnsemble(features: number, n0: number, n1: number, size: number): JacobiEnsemble {
  const { sine2, cosine2, weights, antiderivative } = angles(features, n0, n1, size);
  const odd = features % 2;
  const order = features + odd;
  const basis = orthonormalBasis(features, n0, n1, sine2, cosine2, weights);
  const integrals = (values: Float64Array): number => inner(values, weights);
  const cumulative = (functions: Float64Array[]): Float64Array[] =>
    functions.map((f) =>
      apply(antiderivative, f, size).map((value, m) => (2 * value - integrals(f)) * weights[m]!),
    );
  const kernel = (cumulated: Float64Array[], right: Float64Array[]): Float64Array => {
    const out = new Float64Array(order * order);
    for (const [i, f] of cumulated.entries())
      for (const [j, g] of right.entries()) out[i * order + j] = inner(f, g);
    return out;
  };
  const bordered = (matrix: Float64Array, functions: Float64Array[]): Float64Array => {
    if (odd)
      for (const [i, f] of functions.entries()) {
        const value = integrals(f);
        matrix[i * order + features] = value;
        matrix[features * order + i] = -value;
      }
    return matrix;
  };
  const ranges = cumulative(basis);
  const a = bordered(kernel(ranges, basis), basis);
  const inverted = luInverse(a, order);
  const density = expectedCounts();
  const mean = (values: Float64Array): number => inner(values, density);
  return { sine2, cosine2, mean, meanSquare };

  /** The expected number of eigenvalues at each node: ½ tr(A^-1 A') as a sum over nodes, A' the derivative for f_i → φ f_i. */
  function expectedCounts(): Float64Array {
    const counts = new Float64Array(size);
    for (const [j, f] of basis.entries()) {
      for (const [i, range] of ranges.entries()) {
        const factor = inverted[j * order + i]!;
        for (let m = 0; m < size; m++) counts[m]! += factor * range[m]! * f[m]!;
      }
      if (odd) {
        const factor = inverted[features * order + j]!;
        for (let m = 0; m < size; m++) counts[m]! += factor * weights[m]! * f[m]!;
      }
    }
    return counts;
  }

  function meanSquare(values: Float64Array): number {
    const times = basis.map((f) => f.map((value, m) => value * values[m]!));
    const half = kernel(ranges, times);
    const first = new Float64Array(order * order);
    for (let i = 0; i < order; i++)
      for (let j = 0; j < order; j++) first[i * order + j] = half[i * order + j]! - half[j * order + i]!;
    bordered(first, times);
    const second = kernel(cumulative(times), times).map((value) => 2 * value);
    const product = multiply(inverted, first, order);
    const slope = mean(values);
    const curvature = (traceOfProduct(inverted, second, order) - traceOfProduct(product, product, order)) / 2;
    return mean(values.map((value) => value * value)) + curvature + slope * slope;
  }
}

/**
 * Nodes in the angle θ, u = sin² θ. The limit density of the angles lives on A ± B with sin² A = n_1 / N, sin² B = D / N; beyond it the density falls
 * like a Gaussian of deviation about 1 / √(2 N), so a margin of a few of these holds all of it that doubles can see.
 */
function angles(features: number, n0: number, n1: number, size: number) {
  const total = n0 + n1;
  const centre = Math.asin(Math.sqrt(n1 / total));
  const half =
    Math.asin(Math.min(1, Math.sqrt(features / total))) + 8 / Math.sqrt(Math.max(1, total - 2 * features));
  const low = Math.max(0, centre - half);
  const high = Math.min(Math.PI / 2, centre + half);
  const rule = gaussLegendre(size);
  const scale = (high - low) / 2;
  const sine2 = rule.nodes.map((x) => Math.sin(low + scale * (x + 1)) ** 2);
  const cosine2 = rule.nodes.map((x) => Math.cos(low + scale * (x + 1)) ** 2);
  return {
    sine2,
    cosine2,
    weights: rule.weights.map((w) => w * scale),
    antiderivative: rule.antiderivative.map((value) => value * scale),
  };
}

/** Polynomials of degree 0 … D - 1 in u times sin^(n_1-D) cos^(n_0-D), orthonormal over the angles: Lanczos's recurrence, orthogonalised twice. */
function orthonormalBasis(
  features: number,
  n0: number,
  n1: number,
  sine2: Float64Array,
  cosine2: Float64Array,
  weights: Float64Array,
): Float64Array[] {
  const power = (exponent: number, value: number) => (exponent === 0 ? 0 : (exponent / 2) * Math.log(value));
  const logs = sine2.map((value, m) => power(n1 - features, value) + power(n0 - features, cosine2[m]!));
  const most = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let next = logs.map((value) => Math.exp(value - most));
  const basis: Float64Array[] = [];
  const centre = n1 / (n0 + n1);
  for (let i = 0; i < features; i++) {
    for (let pass = 0; pass < 2; pass++)
      for (const f of basis) {
        let overlap = 0;
        for (let m = 0; m < f.length; m++) overlap += f[m]! * next[m]! * weights[m]!;
        for (let m = 0; m < f.length; m++) next[m]! -= overlap * f[m]!;
      }
    let norm = 0;
    for (let m = 0; m < next.length; m++) norm += next[m]! * next[m]! * weights[m]!;
    const unit = 1 / Math.sqrt(norm);
    const f = next.map((value) => value * unit);
    basis.push(f);
    next = f.map((value, m) => value * (sine2[m]! - centre));
  }
  return basis;
}

function traceOfProduct(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += a[i * n + j]! * b[j * n + i]!;
  return sum;
}
