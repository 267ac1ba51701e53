import { BenchError } from "../error.ts";
import { normalTail } from "./tails.ts";

/** Trapezia over [-9, 9]: for a smooth integrand that vanishes at both ends their error falls exponentially; 0.05 leaves about 1e-14. */
const step = 0.05;
const nodes: readonly number[] = Array.from({ length: 361 }, (_, i) => -9 + i * step);

/**
 * P(Q <= q) of the studentised range of k independent standard normal values with the deviation known (infinite degrees of freedom):
 * k * integral over z of φ(z) (Φ(z) - Φ(z - q))^(k - 1), z the largest of them. O(361) evaluations of Φ.
 */
export function rangeCumulative(q: number, k: number): number {
  const sum = nodes.reduce((total, z) => {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    return total + density * (normalTail(z - q) - normalTail(z)) ** (k - 1);
  }, 0);
  return k * step * sum;
}

/**
 * Quantile of that distribution, by bisection to about 1e-12; q / sqrt(2) at p = 0.95 are the critical values of Nemenyi's test in
 * Demšar (JMLR 2006, https://www.jmlr.org/papers/v7/demsar06a.html), table 5.
 *
 * @throws BenchError "bad-values" for p outside (0, 1) or k no whole number from 2 on.
 */
export function rangeQuantile(p: number, k: number): number {
  if (!(p > 0 && p < 1) || !Number.isInteger(k) || k < 2) {
    throw new BenchError(
      "bad-values",
      `Studentised range: p is ${p}, k is ${k}; give a probability between 0 and 1 and two or more values.`,
    );
  }
  let low = 0;
  let high = 1;
  while (rangeCumulative(high, k) < p) high *= 2;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (rangeCumulative(middle, k) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
