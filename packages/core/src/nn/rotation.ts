import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Halvings before the series, and squarings after it. */
const SQUARINGS = 8;

/**
 * The rotation exp(A) of a skew-symmetric matrix A = −Aᵀ, orthogonal with determinant 1.
 *
 * exp(A) = exp(A/256)²⁵⁶: Taylor's series of degree 6 and eight squarings, for ‖A‖ ≤ 128, twenty turns. What rounding and series leave of
 * RᵀR ≠ I is removed by a Newton-Schulz step, R ← R (3I − RᵀR)/2: no entry is off by 1e-6. The exponential reaches every rotation and
 * takes nothing but products; Cayley's map (I − A)(I + A)⁻¹ needs an inverse and leaves half-turns out.
 *
 * @param skew [m, m]
 * @returns [m, m]
 *
 * Cost: 13 products of m × m matrices, and 26 more for the gradient.
 */
export function rotationOf(skew: Tensor): Tensor2D {
  const m = skew.shape[0]!;
  const one = tf.eye(m);
  const a = tf.div<Tensor2D>(skew, 2 ** SQUARINGS);
  const a2 = tf.matMul(a, a);
  const a3 = tf.matMul(a2, a);
  const tail = tf.addN([tf.div(one, 6), tf.div(a, 24), tf.div(a2, 120), tf.div(a3, 720)]);
  let r: Tensor2D = tf.addN([one, a, tf.div(a2, 2), tf.matMul(a3, tail as Tensor2D)]);
  for (let i = 0; i < SQUARINGS; i++) r = tf.matMul(r, r);
  return tf.matMul(r, tf.div<Tensor2D>(tf.sub(tf.mul(one, 3), tf.matMul(r, r, true)), 2));
}

/**
 * Turns the first features of every row: r = (R x₁…d, x_d+1…), R [d, d].
 *
 * @param x [..., m], m ≥ d
 */
export function rotate(x: Tensor, rotation: Tensor2D): Tensor {
  const [d, m] = [rotation.shape[0], x.shape.at(-1)!];
  const rows = tf.reshape(x, [-1, m]) as Tensor2D;
  if (d === m) return tf.reshape(tf.matMul(rows, rotation, false, true), x.shape);
  const turned = tf.matMul(tf.slice(rows, [0, 0], [-1, d]), rotation, false, true);
  return tf.reshape(tf.concat([turned, tf.slice(rows, [0, d], [-1, m - d])], 1), x.shape);
}
