import type { Random } from "./random.ts";

/** 0 … length - 1 in a drawn order (Fisher and Yates). */
export function drawnOrder(length: number, draw: Random): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(draw.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
