import { dot, type Matrix, squareNorm, sum, times, type Vector } from "./algebra.ts";
import { shareAmongTwins } from "./twins.ts";

/**
 * The smallest value of a quadratic function on the probability simplex: argmin of ½ xᵀHx + cᵀx over x ≥ 0, Σ_k x_k = 1.
 *
 * `gram` is H (n × n, positive semi-definite), `linear` is c (n). A primal active set: from the best vertex on, the element with the
 * steepest descent enters, and the minimiser on the affine hull of the elements in use is approached until one of them reaches 0.
 * Where H is singular along the hull the step follows the null direction to the border. Equal vectors with equal c share their
 * weight equally. Exact up to rounding; at most a few Cholesky factorisations an element, O(n⁴).
 *
 * Wolfe, "Finding the nearest point in a polytope", Mathematical Programming 11, 1976, https://doi.org/10.1007/BF01580381, with a
 * linear term.
 */
export function simplexQp(gram: Matrix, linear: Vector): number[] {
  return shareAmongTwins(gram, activeSet(gram, linear).x, linear);
}

/** A point of the simplex and the elements that may be other than 0. */
export interface ActiveSet {
  readonly x: readonly number[];
  readonly active: readonly number[];
}

/** The same from a start near the answer, without the sharing among equal vectors. Default start: the best vertex. */
export function activeSet(gram: Matrix, linear: Vector, start?: ActiveSet): ActiveSet {
  let [x, active] = start === undefined ? vertex(gram, linear) : descend(gram, linear, start.x, start.active);
  const blocked = new Set<number>();
  for (let round = 0; round < 20 * linear.length + 20; round++) {
    const entering = steepest(gram, linear, x, (k) => !active.includes(k) && !blocked.has(k));
    if (entering === null) break;
    const [moved, kept] = descend(gram, linear, x, [...active, entering]);
    if (!kept.includes(entering)) {
      // Its descent is rounding noise, or it only replaced what it left: no progress by it now.
      blocked.add(entering);
      if (kept.length === active.length) continue;
    } else blocked.clear();
    [x, active] = [moved, kept];
  }
  const total = sum(x);
  return { x: x.map((weight) => weight / total), active };
}

function vertex(gram: Matrix, linear: Vector): [number[], number[]] {
  const value = (k: number): number => gram[k]![k]! / 2 + linear[k]!;
  const best = linear.reduce((least, _, k) => (value(k) < value(least) ? k : least), 0);
  return [linear.map((_, k) => (k === best ? 1 : 0)), [best]];
}

/** The element whose entering descends most, for the length of its vector; null where none descends by more than rounding. */
function steepest(gram: Matrix, linear: Vector, x: Vector, eligible: (k: number) => boolean): number | null {
  const slope = times(gram, x).map((value, k) => value + linear[k]!);
  const terms = gram.map((row, k) => Math.abs(linear[k]!) + dot(row.map(Math.abs), x));
  const level = dot(slope, x);
  const noise = dot(terms, x);
  let best: number | null = null;
  let least = 0;
  for (const [k, value] of slope.entries()) {
    if (!eligible(k) || value - level >= -1e-13 * (terms[k]! + noise)) continue;
    const rate = (value - level) / Math.sqrt(Math.max(gram[k]![k]!, Number.MIN_VALUE));
    if (best === null || rate < least) [best, least] = [k, rate];
  }
  return best;
}

/** Goes to the minimiser on the affine hull of `tried`, dropping elements that reach 0 on the way. */
function descend(gram: Matrix, linear: Vector, from: Vector, tried: readonly number[]): [number[], number[]] {
  const x = [...from];
  let active = [...tried];
  for (;;) {
    const direction = newtonDirection(gram, linear, x, active);
    let step = direction.bounded ? 1 : Infinity;
    let leaving = -1;
    for (const [place, k] of active.entries()) {
      const change = direction.change[place]!;
      if (change < 0 && x[k]! / -change < step) {
        step = x[k]! / -change;
        leaving = k;
      }
    }
    if (step === Infinity) return [x, active];
    for (const [place, k] of active.entries()) {
      x[k] = k === leaving ? 0 : Math.max(0, x[k]! + step * direction.change[place]!);
    }
    if (leaving < 0) return [x, active];
    active = active.filter((k) => k !== leaving && (x[k]! > 0 || k === tried.at(-1)));
    if (active.length <= 1) return [x.map((_, k) => (active.includes(k) ? 1 : 0)), active];
  }
}

/** The smallest xᵀHx on the affine hull of the active elements. */
export function leastSquare(gram: Matrix, { x, active }: ActiveSet): number {
  const { change } = newtonDirection(
    gram,
    x.map(() => 0),
    x,
    active,
  );
  const least = [...x];
  for (const [place, k] of active.entries()) least[k]! += change[place]!;
  return squareNorm(gram, least);
}

interface Direction {
  /** One number an active element, with sum 0. */
  change: number[];
  /** False for a null direction, along which the function falls linearly. */
  bounded: boolean;
}

/**
 * From x to the minimiser over Σ_k x_k = 1 on the active elements. The sum is kept by working in differences to the element with
 * the shortest vector, so that vectors of very different lengths cost no digits.
 */
function newtonDirection(gram: Matrix, linear: Vector, x: Vector, active: readonly number[]): Direction {
  const pivot = active.reduce((a, b) => (gram[b]![b]! < gram[a]![a]! ? b : a));
  const others = active.filter((k) => k !== pivot);
  const slope = (k: number): number => dot(gram[k]!, x) + linear[k]!;
  const base = slope(pivot);
  const reduced = others.map((i) =>
    others.map((j) => gram[i]![j]! - gram[i]![pivot]! - gram[pivot]![j]! + gram[pivot]![pivot]!),
  );
  const right = others.map((k) => base - slope(k));
  const { solution, bounded } = solveOrNull(reduced, right);
  const full = new Map(others.map((k, place) => [k, solution[place]!]));
  full.set(pivot, -sum(solution));
  return { change: active.map((k) => full.get(k)!), bounded };
}

/**
 * Solves Rs = r for a positive semi-definite R by Cholesky's factorisation of the matrix scaled to a unit diagonal. Where a row depends
 * on those before it, returns instead a null direction of R along which rᵀs > 0; a row with no such descent is left at 0.
 */
function solveOrNull(matrix: Matrix, right: Vector): { solution: number[]; bounded: boolean } {
  const scale = matrix.map((row, k) => (row[k]! > 0 ? 1 / Math.sqrt(row[k]!) : 0));
  const lower: number[][] = [];
  const used: number[] = [];
  const half: number[] = [];
  const solution = right.map(() => 0);
  for (const [i, row] of matrix.entries()) {
    const next: number[] = [];
    for (const [place, j] of used.entries()) {
      const rest = row[j]! * scale[i]! * scale[j]! - dot(next, lower[place]!.slice(0, place));
      next.push(rest / lower[place]![place]!);
    }
    const square = scale[i]! > 0 ? 1 - dot(next, next) : 0;
    const rest = right[i]! * (scale[i]! || 1) - dot(next, half);
    if (square > 1e-13) {
      lower.push([...next, Math.sqrt(square)]);
      half.push(rest / Math.sqrt(square));
      used.push(i);
      continue;
    }
    if (Math.abs(rest) <= 1e-10 * Math.abs(right[i]! * (scale[i]! || 1))) continue;
    const dependence = backward(lower, next);
    solution[i] = Math.sign(rest) * (scale[i]! || 1);
    for (const [place, j] of used.entries()) {
      solution[j] = -Math.sign(rest) * dependence[place]! * scale[j]!;
    }
    return { solution, bounded: false };
  }
  for (const [place, value] of backward(lower, half).entries()) {
    solution[used[place]!] = value * scale[used[place]!]!;
  }
  return { solution, bounded: true };
}

/** Solves Lᵀs = r for a lower triangular L given by its rows. */
function backward(lower: Matrix, right: Vector): number[] {
  const solution = [...right];
  for (let i = solution.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < solution.length; k++) solution[i]! -= lower[k]![i]! * solution[k]!;
    solution[i]! /= lower[i]![i]!;
  }
  return solution;
}
