/** Gauss and Legendre's rule on [-1, 1], with what is needed to integrate functions known at its nodes up to each node. */
export interface GaussLegendre {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
  /** Q×Q: row m, column l is the integral from -1 to node m of the polynomial that is 1 at node l and 0 at the others. */
  readonly antiderivative: Float64Array;
}

/**
 * The rule of Q nodes, exact for polynomials of degree 2 Q - 1; its antiderivative is exact to degree Q - 1.
 * Nodes by Newton's method from Chebyshev's guess; a polynomial's Legendre coefficients at the nodes give its antiderivative by
 * ∫_-1^x P_k = (P_{k+1}(x) - P_{k-1}(x)) / (2 k + 1).
 * Cost: O(Q³) for the antiderivative, kept for the sizes asked before.
 */
export function gaussLegendre(size: number): GaussLegendre {
  const known = rules.get(size);
  if (known) return known;
  const nodes = new Float64Array(size);
  const weights = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (size + 0.5));
    for (let step = 0; step < 100; step++) {
      const [value, before] = legendre(size, x);
      const slope = (size * (x * value - before)) / (x * x - 1);
      const move = value / slope;
      x -= move;
      weights[i] = 2 / ((1 - x * x) * slope * slope);
      if (Math.abs(move) < 1e-15) break;
    }
    nodes[i] = x;
  }
  const rule = { nodes, weights, antiderivative: antiderivative(nodes, weights) };
  rules.set(size, rule);
  return rule;
}

/** Rules by size: an exact risk asks for the same few again and again. */
const rules = new Map<number, GaussLegendre>();

/** P_n(x) and P_{n-1}(x). */
function legendre(n: number, x: number): [number, number] {
  let before = 0;
  let value = 1;
  for (let k = 0; k < n; k++) [before, value] = [value, ((2 * k + 1) * x * value - k * before) / (k + 1)];
  return [value, before];
}

function antiderivative(nodes: Float64Array, weights: Float64Array): Float64Array {
  const size = nodes.length;
  /** polynomials[k·Q + m] = P_k at node m, for k up to Q. */
  const polynomials = new Float64Array((size + 1) * size);
  for (let m = 0; m < size; m++) {
    let before = 0;
    let value = 1;
    for (let k = 0; k <= size; k++) {
      polynomials[k * size + m] = value;
      [before, value] = [value, ((2 * k + 1) * nodes[m]! * value - k * before) / (k + 1)];
    }
  }
  const out = new Float64Array(size * size);
  for (let m = 0; m < size; m++)
    for (let k = 0; k < size; k++) {
      const integral =
        k === 0
          ? nodes[m]! + 1
          : (polynomials[(k + 1) * size + m]! - polynomials[(k - 1) * size + m]!) / (2 * k + 1);
      const factor = ((2 * k + 1) / 2) * integral;
      for (let l = 0; l < size; l++) out[m * size + l]! += factor * weights[l]! * polynomials[k * size + l]!;
    }
  return out;
}
