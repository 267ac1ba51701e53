/** Where a function of one number is smallest, and its value there. */
export interface Minimum {
  readonly at: number;
  readonly value: number;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The minimum of a function on [low, high]: the best of `points` + 1 points at equal distances, then golden-section search between its
 * neighbours. Finds the global minimum where the function has one valley wider than the distance of two points; Infinity is a value like
 * any other. Cost: `points` + 60 evaluations.
 */
export function minimise(of: (x: number) => number, low: number, high: number, points = 60): Minimum {
  const step = (high - low) / points;
  let best: Minimum = { at: low, value: of(low) };
  for (let i = 1; i <= points; i++) {
    const at = i === points ? high : low + i * step;
    const value = of(at);
    if (value < best.value) best = { at, value };
  }
  let [left, right] = [Math.max(low, best.at - step), Math.min(high, best.at + step)];
  for (let i = 0; i < 30; i++) {
    const inner = right - GOLDEN * (right - left);
    const outer = left + GOLDEN * (right - left);
    const [a, b] = [of(inner), of(outer)];
    if (a < best.value) best = { at: inner, value: a };
    if (b < best.value) best = { at: outer, value: b };
    if (a < b) right = outer;
    else left = inner;
  }
  return best;
}
