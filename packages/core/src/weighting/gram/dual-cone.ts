import { times } from "../../solve/algebra.ts";
import { nnls } from "../../solve/nnls.ts";
import type { Gram } from "./read.ts";

/** G/trace(G) + ε·1, the matrix of which the projections into the dual cone are taken; ε makes the answer unique. */
export function regularized(gram: Gram, epsilon: number): number[][] {
  const trace = gram.reduce((total, row, k) => total + row[k]!, 0);
  return gram.map((row, i) => row.map((value, j) => value / trace + (i === j ? epsilon : 0)));
}

/** Weights of the combination nearest to Σ_k u_k g_k that opposes no gradient: argmin of vᵀMv over v ≥ u. */
export function projectIntoDualCone(matrix: Gram, u: readonly number[]): number[] {
  const raised = nnls(
    matrix,
    times(matrix, u).map((value) => -value),
  );
  return u.map((value, k) => value + raised[k]!);
}
