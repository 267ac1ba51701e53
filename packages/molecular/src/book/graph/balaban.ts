import type { ConnectedGraph } from "./connected.ts";

/**
 * J = m/(μ + 1) · Σ_bonds 1/√(s_i · s_j), with m bonds, μ = m − n + 1 independent rings, and s_i = Σ_j d_ij the distances of atom i to
 * the others, where a bond is 1/order long. It hardly grows with size and separates isomers well. 0 for a lone atom.
 *
 * Balaban, "Highly discriminating distance-based topological index", Chem. Phys. Lett. 1982,
 * https://doi.org/10.1016/0009-2614(82)80009-2; with bond orders as RDKit has it.
 *
 * @param distances of the same atoms, in twelfths of a single bond
 */
export function balabanJ({ edges, neighbours }: ConnectedGraph, distances: readonly Float64Array[]): number {
  const sums = distances.map((row) => row.reduce((a, b) => a + b, 0) / 12);
  const total = edges.reduce((sum, [i, j]) => sum + 1 / Math.sqrt(sums[i]! * sums[j]!), 0);
  return (edges.length / (edges.length - neighbours.length + 2)) * total;
}
