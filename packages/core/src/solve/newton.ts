import { dot, type Matrix, type Vector } from "./algebra.ts";

/** A smooth, strictly convex function on the positive orthant, infinite outside. */
export interface Convex {
  value(x: Vector): number;
  gradient(x: Vector): number[];
  hessian(x: Vector): Matrix;
}

/**
 * The minimiser of a strictly convex function of positive numbers, by Newton's method with a line search that halves the step until
 * the value falls enough and every element stays positive.
 *
 * Stops where Newton's decrement can no longer lower the value in float64, or after 200 steps. O(n³) a step; some 5 to 20 steps from a
 * good start. Boyd and Vandenberghe, "Convex Optimization", Cambridge University Press, 2004, section 9.5,
 * https://web.stanford.edu/~boyd/cvxbook/.
 */
export function dampedNewton(f: Convex, start: Vector): number[] {
  let x = [...start];
  let value = f.value(x);
  let blind = Infinity;
  for (let round = 0; round < 200; round++) {
    const gradient = f.gradient(x);
    const hessian = f.hessian(x);
    const step = solvePositive(hessian, gradient);
    const decrement = dot(gradient, step);
    if (!(decrement > 0)) return x;
    let longest = 1;
    for (const [k, change] of step.entries()) {
      if (change > 0) longest = Math.min(longest, (0.99 * x[k]!) / change);
    }
    let length = longest;
    const small = decrement <= 1e-12 * (1 + Math.abs(value));
    for (;;) {
      const next = x.map((old, k) => old - length * step[k]!);
      const reached = f.value(next);
      // Near the minimum the value is constant up to rounding, while full steps still halve the digits that are wrong.
      if (small || reached <= value - 0.1 * length * decrement) {
        [x, value] = [next, reached];
        break;
      }
      length /= 2;
      if (length > 1e-10) continue;
      // Where the terms of the value cancel, its noise hides the descent: on as long as the decrement itself falls.
      if (decrement > noise(hessian, x) || decrement > blind / 2) return x;
      blind = decrement;
      x = x.map((old, k) => old - longest * step[k]!);
      value = f.value(x);
      break;
    }
    if (decrement <= 1e-28 * (1 + Math.abs(value))) return x;
  }
  return x;
}

/** What rounding may change a sum of the terms H_ij x_i x_j by. */
function noise(hessian: Matrix, x: Vector): number {
  let total = 0;
  for (const [i, row] of hessian.entries()) {
    for (const [j, value] of row.entries()) total += Math.abs(value) * x[i]! * x[j]!;
  }
  return Number.EPSILON * x.length * total;
}

/** Solves Hs = g for a symmetric positive definite H; a pivot lost to rounding is replaced by a small one. */
export function solvePositive(matrix: Matrix, right: Vector): number[] {
  const scale = matrix.map((row, k) => 1 / Math.sqrt(Math.max(row[k]!, Number.MIN_VALUE)));
  const lower: number[][] = [];
  const solution: number[] = [];
  for (const [i, row] of matrix.entries()) {
    const next: number[] = [];
    for (let j = 0; j < i; j++) {
      const rest = row[j]! * scale[i]! * scale[j]! - dot(next, lower[j]!.slice(0, j));
      next.push(rest / lower[j]![j]!);
    }
    const pivot = Math.sqrt(Math.max(1 - dot(next, next), 1e-15));
    solution.push((right[i]! * scale[i]! - dot(next, solution)) / pivot);
    lower.push([...next, pivot]);
  }
  for (let i = solution.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < solution.length; k++) solution[i]! -= lower[k]![i]! * solution[k]!;
    solution[i]! /= lower[i]![i]!;
  }
  return solution.map((value, k) => value * scale[k]!);
}
