import type { Problem } from "../src/problem.ts";
import { pooledRisk } from "../src/risk/pooled.ts";
import { singleTaskRisk } from "../src/risk/single-task.ts";

/** Ratios R / R₀ that divide the colours of the phase diagram; 1 is where help turns into harm. */
export const levels: readonly number[] = [0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.5, 2, 3];

/**
 * The distances Δ at which the risk of equal weights is level · R₀, for every level: R = V + B Δ is a line in Δ, so Δ = (level · R₀ - V) / B with
 * B the bias² at Δ = 1. Below 0 where the variance alone is too large. Undefined where no pool of these rows has a finite risk.
 */
export function distancesAt(problem: Problem, atLevels: readonly number[]): number[] | undefined {
  const single = singleTaskRisk(problem).risk;
  const { bias2, variance } = pooledRisk({
    ...problem,
    shifts: [
      [0, 0],
      [0, 1],
    ],
  });
  if (variance === Number.POSITIVE_INFINITY) return undefined;
  return atLevels.map((level) => (level * single - variance) / bias2);
}

/** One column of the diagram. */
export interface PhaseColumn {
  readonly rows1: number;
  /** Where each level lies; undefined without a finite risk. */
  readonly distances: readonly number[] | undefined;
}

/** The diagram's columns for the numbers of auxiliary rows, everything else as in the problem. */
export function phaseColumns(problem: Problem, rows1: readonly number[]): PhaseColumn[] {
  return rows1.map((n) => ({
    rows1: n,
    distances: distancesAt({ ...problem, rows: [problem.rows[0]!, n] }, levels),
  }));
}

/** A height for the diagram at which the boundary can be seen and the present point lies inside. */
export function phaseTop(columns: readonly PhaseColumn[], single: number, distance: number): number {
  const one = levels.indexOf(1);
  const boundary = columns.flatMap(({ distances }) =>
    distances && Number.isFinite(distances[one]) ? distances[one]! : [],
  );
  const reference = Number.isFinite(single) ? single : 1;
  return niceAbove(Math.max(2.5 * reference, 1.3 * Math.max(0, ...boundary.slice(-1)), 1.15 * distance));
}

/** The next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return Number((step * power).toPrecision(3));
}
