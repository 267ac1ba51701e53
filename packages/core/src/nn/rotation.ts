import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Greatest length of a turn: below it the series is good to single precision. */
const LONGEST = 0.25;

/**
 * The rotation R exp(A) for a small turn A = −Aᵀ: R (I + A + A²/2), made orthogonal again by a Newton-Schulz step, Q ← Q (3I − QᵀQ)/2. No
 * entry of QᵀQ − I is off by 1e-6, also after any number of turns, because every one removes what rounding left before.
 *
 * A turn that is longer than 0.25 in Frobenius' norm is shortened to it, 10 degrees if it lies in one plane. The exponential takes
 * nothing but products; Cayley's map (I − A)(I + A)⁻¹ needs an inverse.
 *
 * @param rotation R [d, d]
 * @param turn A [d, d]
 *
 * Cost: four products of d × d matrices.
 */
export function turned(rotation: Tensor2D, turn: Tensor2D): Tensor2D {
  const length = tf.sqrt<Scalar>(tf.sum(tf.square(turn)));
  const short = tf.mul<Tensor2D>(turn, tf.div(LONGEST, tf.maximum(length, LONGEST)));
  const once = tf.matMul(rotation, short);
  const q = tf.addN([rotation, once, tf.div(tf.matMul(once, short), 2)]) as Tensor2D;
  const excess = tf.sub(tf.mul(tf.eye(rotation.shape[0]), 3), tf.matMul(q, q, true));
  return tf.matMul(q, tf.div<Tensor2D>(excess, 2));
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
  const first = tf.matMul(tf.slice(rows, [0, 0], [-1, d]), rotation, false, true);
  return tf.reshape(tf.concat([first, tf.slice(rows, [0, d], [-1, m - d])], 1), x.shape);
}
