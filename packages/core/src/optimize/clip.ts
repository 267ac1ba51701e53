import { OutriggerError } from "../error.ts";

/**
 * Scales a flat gradient in place to a Euclidean norm of at most `limit`: g ← g · min(1, limit/‖g‖). Returns ‖g‖ before that. One pass in
 * double precision, and a second where the norm is above the limit.
 *
 * Paper: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013,
 * https://arxiv.org/abs/1211.5063.
 *
 * @throws OutriggerError `bad-option` unless limit > 0, `non-finite` if the gradient has an entry that is NaN or infinite.
 */
export function clipByGlobalNorm(gradient: Float32Array, limit: number): number {
  if (!(limit > 0)) {
    throw new OutriggerError("bad-option", `The largest norm must be above 0, not ${limit}.`, { limit });
  }
  const norm = Math.sqrt(squaredLength(gradient));
  if (!Number.isFinite(norm)) throw gradientNotFinite();
  if (norm > limit) {
    const factor = limit / norm;
    for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor;
  }
  return norm;
}

/** Four sums side by side, so that no addition waits for the one before; by index, as the iterator of a typed array takes ten times as long. */
function squaredLength(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! ** 2;
    b += values[i + 1]! ** 2;
    c += values[i + 2]! ** 2;
    d += values[i + 3]! ** 2;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! ** 2;
  return a + b + (c + d);
}

/** A gradient with an entry that is NaN or infinite. */
export const gradientNotFinite = (): OutriggerError =>
  new OutriggerError(
    "non-finite",
    "The gradient holds NaN or infinity, which no clipping repairs; lower the learning rate or look for a division by zero in a loss.",
  );
