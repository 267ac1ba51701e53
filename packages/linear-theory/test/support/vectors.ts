import { readFileSync } from "node:fs";
import type { Problem } from "../../src/problem.ts";

type Matrix = number[][];
interface Parts {
  bias2: number;
  var: number;
  risk: number;
}

/** The committed reference vectors, made with an independent numpy implementation; see the package's fixtures. */
interface Vectors {
  fixed_design: ({ X: Matrix[]; w: Matrix; a: number[]; s2: number[]; Sigma: Matrix } & Parts)[];
  single_task: { n: number; d: number; s2: number; risk: number }[];
  pooled_unweighted_exact: ({
    ns: number[];
    d: number;
    G: Matrix;
    s2: number[];
    C: Matrix;
    benefits: boolean;
  } & Parts)[];
  averaging_exact: ({ ns: number[]; d: number; G: Matrix; s2: number[]; alpha: number[] } & Parts)[];
  shared_design_exact: ({
    n: number;
    d: number;
    G: Matrix;
    S: Matrix;
    a: number[];
    Q: Matrix;
    alpha_opt_equality: number[];
    risk_opt_equality: number;
    alpha_opt_simplex: number[];
    risk_opt_simplex: number;
    risk_single: number;
  } & Parts)[];
  qp: { Q: Matrix; simplex: number[]; simplex_value: number; equality: number[]; equality_value: number }[];
  weighted_two_task: {
    n0: number;
    n1: number;
    d: number;
    a0: number;
    a1: number;
    delta2: number;
    s2: number[];
    exact: Parts;
    equivalent: Parts & { p: number[]; misspec: number };
    optimum: {
      p1: number;
      a1: number;
      risk_equivalent: number;
      risk_exact_there: number;
      quartic_coeffs_low_to_high: number[];
    };
    risk_single: number;
    delta2_threshold_at_a1: number;
    benefits: boolean;
  }[];
  weighted_K_tasks_equivalent: ({
    ns: number[];
    d: number;
    a: number[];
    G: Matrix;
    s2: number[];
    p: number[];
    misspec: number;
  } & Parts)[];
  covariate_shift_equivalent: ({
    ns: number[];
    Sigma: Matrix[];
    a: number[];
    w: Matrix;
    s2: number[];
    misspec: number;
  } & Parts)[];
  plugin: {
    X: Matrix[];
    y: Matrix;
    s2_hat: number[];
    G_hat: Matrix;
    w_ols: Matrix;
    a: number[];
    w_pooled: number[];
    cp_with_true_s2: number;
    s2_true: number[];
    w_true: Matrix;
    in_sample_risk_exact: number;
  };
  jacobi: {
    d: number;
    n1: number;
    n0: number;
    E_sum_u_exact: number;
    E_sum_u2: number;
    E_sq_sum_u: number;
    E_sum_inv: number;
    E_sq_sum_inv: number;
  }[];
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../fixtures/test_vectors.json", import.meta.url), "utf8"),
);

/** A problem in the notation of the vectors. */
export function problem(features: number, rows: number[], noise: number[], shifts: Matrix): Problem {
  return { features, rows, noise, shifts };
}

/** The relative distance of two numbers, against the larger or `floor`. */
export function apart(a: number, b: number, floor = 1e-300): number {
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), floor);
}
