/**
 * P(|T| ≤ t) of Student's t distribution with a whole number of degrees of freedom: the finite sums of Abramowitz and Stegun, "Handbook of
 * Mathematical Functions" (1964), 26.7.3 and 26.7.4, with θ = atan(t/√ν). Odd ν: (2/π)(θ + sin θ (cos θ + 2/3 cos³θ + …)), the last
 * power ν − 2; even ν: sin θ (1 + 1/2 cos²θ + 1·3/(2·4) cos⁴θ + …), the last power ν − 2.
 */
function within(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= freedom - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine ** 2;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

/** The t with P(|T| ≤ t) = level for `freedom` = 1, 2, … degrees of freedom, by bisection to the last bit; level in (0, 1). */
export function studentBound(level: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (within(high, freedom) < level) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (within(middle, freedom) < level) low = middle;
    else high = middle;
  }
}
