import { Random } from "../random.ts";

/** The Gram matrix of `rank` random directions spread over `size` gradients of the given lengths. */
export function randomGram(
  seed: number,
  size: number,
  rank: number,
  lengths?: readonly number[],
): number[][] {
  const random = Random.seeded(seed, "gram");
  const basis = Array.from({ length: rank }, () => Array.from({ length: 12 }, () => random.normal()));
  const rows = Array.from({ length: size }, (_, k) => {
    const mix = basis.map(() => random.normal());
    const row = Array.from({ length: 12 }, (_, d) => mix.reduce((sum, c, r) => sum + c * basis[r]![d]!, 0));
    return row.map((value) => value * (lengths?.[k] ?? 1));
  });
  return gramOf(rows);
}

export function gramOf(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((a) => rows.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
}
