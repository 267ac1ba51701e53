import type { OwnFit } from "../plug-in/own-fits.ts";
import type { Problem } from "../problem.ts";

/** What the data say of one task. */
export interface TaskReport {
  readonly name: string;
  /** n_k. */
  readonly rows: number;
  /** ŝ_k², the noise variance of its labels; absent where there are too few rows to tell. */
  readonly noise?: number;
  /** Δ̂_k = Ĝ_kk, the excess squared error that the task's own coefficients would have on the primary; estimated without bias, then kept from below 0. */
  readonly distance?: number;
  /** Recommended weight on the sum of its squared errors; all of them sum to 1. */
  readonly weight: number;
  /** Its part in the fit: weight · rows over the sum of these. */
  readonly share: number;
  /** The mean squared length of its features in the primary's metric, over D: 1 where the covariances are equal. */
  readonly spread?: number;
  /** Leave it out? */
  readonly drop: boolean;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Shares below this are as good as none: leaving such a task out costs about as small a part of the risk, less than estimates can show. */
export const leastShare = 0.05;

interface Judged {
  readonly names: readonly string[];
  readonly rows: readonly number[];
  readonly weights: readonly number[];
  /** Positions of the tasks that have estimates, the primary first. */
  readonly kept: readonly number[];
  readonly fits: readonly OwnFit[];
  readonly problem: Problem;
  /** R_0. */
  readonly single: number;
  /** Rows that a task needs for its noise to be estimated. */
  readonly needed: number;
}

/** A report for each task, the primary's first. */
export function judge({ names, rows, weights, kept, fits, problem, single, needed }: Judged): TaskReport[] {
  const total = weights.reduce((sum, weight, k) => sum + weight * rows[k]!, 0);
  return names.map((name, k) => {
    const share = (weights[k]! * rows[k]!) / total;
    const common = { name, rows: rows[k]!, weight: weights[k]!, share };
    const at = kept.indexOf(k);
    if (at === -1)
      return {
        ...common,
        drop: true,
        reason: `too few rows: its noise and distance can only be estimated from ${needed} or more, and it has ${rows[k]}`,
      };
    const noise = problem.noise[at]!;
    if (k === 0) return { ...common, noise, distance: 0, spread: 1, drop: false, reason: "the primary" };
    const distance = problem.shifts[at]![at]!;
    const drop = share < leastShare;
    return {
      ...common,
      noise,
      distance,
      spread: spreadOf(fits[0]!, fits[at]!),
      drop,
      reason: drop
        ? whyDrop(distance, noise, problem.noise[0]!, single)
        : `takes ${percent(share)} of the fit`,
    };
  });
}

/** Distance above R_0: even noiseless labels without end, at equal weights, would hurt. */
function whyDrop(distance: number, noise: number, own: number, single: number): string {
  if (distance > single)
    return `too far: its coefficients are ${short(distance)} from the primary's, more than the primary's own risk of ${short(single)}`;
  if (noise > own) return `too noisy: its noise variance is ${short(noise / own)} times the primary's`;
  return `the other tasks leave it ${percent(leastShare)} of the fit or less`;
}

/** tr(A_0^-1 A_k) (n_0 - D - 1) / (n_k D), the mean of which is 1 where the covariances are equal. */
function spreadOf(primary: OwnFit, other: OwnFit): number {
  const { features, rows, inverted } = primary;
  let trace = 0;
  for (let i = 0; i < inverted.length; i++) trace += (inverted[i]! * other.gram[i]!) / other.rows;
  return (trace * (rows - features - 1)) / features;
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** Three digits. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
