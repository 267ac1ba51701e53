/** Adam's moments of what a rule learns; plain JSON. */
export interface Moments {
  m: number[];
  v: number[];
  steps: number;
}

export function noMoments(size: number): Moments {
  const zeros = Array.from({ length: size }, () => 0);
  return { m: zeros, v: [...zeros], steps: 0 };
}

/** Adam's step down a gradient, β = 0.9 and 0.999, ε = 1e-8: what to add to the values, and the next moments. */
export function adamStep(
  gradient: readonly number[],
  moments: Moments,
  learningRate: number,
): Moments & { change: number[] } {
  const steps = moments.steps + 1;
  const m = moments.m.map((value, k) => 0.9 * value + 0.1 * gradient[k]!);
  const v = moments.v.map((value, k) => 0.999 * value + 0.001 * gradient[k]! ** 2);
  const change = m.map(
    (value, k) =>
      (-learningRate * value) / (1 - 0.9 ** steps) / (Math.sqrt(v[k]! / (1 - 0.999 ** steps)) + 1e-8),
  );
  return { m, v, steps, change };
}
