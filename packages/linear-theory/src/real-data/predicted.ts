import type { NamedTask } from "../analyse/check.ts";
import type { Fit } from "../analyse/prepare.ts";
import { analyse, type Verdict } from "../analyse.ts";
import { LinearTheoryError } from "../error.ts";
import { logGrid } from "../figures/problem.ts";
import { drawnOrder } from "../order.ts";
import { type Random, random } from "../random.ts";
import { spearman } from "./correlation.ts";

/** What is fitted to the primary's rows. */
export type Method = "alone" | "equal" | "recommended" | "james-stein";

export interface PredictedOptions {
  readonly method: Method;
  /** n_0. */
  readonly primaryRows: number;
  /** Training sets. Default 50. */
  readonly sets?: number;
  readonly seed: number;
  readonly resamples?: number;
  readonly progress?: (fraction: number) => void;
}

/** Benefit as `analyse` predicts it from training rows against what the held-out rows show. Errors are root mean squares. */
export interface Predicted {
  /** Mean over the training sets, on the held-out rows. */
  readonly rmse: number;
  /** Geometric means over the training sets of the squared error relative to the primary alone. */
  readonly measured: number;
  readonly predicted?: number;
  /** The share of training sets in which prediction and measurement are on the same side of 1; those that predict 1 are left out. */
  readonly signs?: number;
  /** Spearman's correlation of both over the training sets. */
  readonly spearman?: number;
  /** The share of training sets with a claim, "helps" or "hurts", and the share of claims that are right. */
  readonly claims?: number;
  readonly rightClaims?: number;
  /** Training sets that `analyse` refused, such as those with a constant feature; drawn anew. */
  readonly refused: number;
}

/**
 * Draws training sets of the primary and of the auxiliaries, which get 40 to 640 rows each, evenly on a logarithmic scale, so that benefits differ; compares on all other
 * rows of the primary.
 *
 * @throws LinearTheoryError when more training sets are refused than wanted. Cost: `sets` times `analyse`.
 */
export function predictedBenefit(tasks: readonly NamedTask[], options: PredictedOptions): Predicted {
  const { method, primaryRows, sets = 50, seed, resamples = 200, progress } = options;
  const stream = random(seed);
  const sizes = logGrid(40, 640, 65).map(Math.round);
  const seen: { rmse: number; measured: number; predicted?: number; word?: string }[] = [];
  let refused = 0;
  while (seen.length < sets) {
    const drawn = tasks.map((task, k) => {
      const size = k === 0 ? primaryRows : sizes[Math.floor(stream.uniform() * sizes.length)]!;
      return split(task, size, stream);
    });
    const verdict = attempt(
      drawn.map(({ train }) => train),
      { resamples, seed: seen.length, scaleLabels: true },
    );
    if (verdict === undefined) {
      if (++refused > sets) throw new LinearTheoryError("bad-data", "Most training sets were refused.", {});
      continue;
    }
    const test = drawn[0]!.rest;
    const [alone, error] = [
      squaredError(verdict.alone.fit, test),
      squaredError(fitOf(verdict, method), test),
    ];
    const at = method === "equal" || method === "recommended" ? verdict[method] : undefined;
    seen.push({
      rmse: Math.sqrt(error),
      measured: error / alone,
      ...(at && { predicted: at.error / verdict.alone.error, word: at.verdict }),
    });
    progress?.(seen.length / sets);
  }
  return { ...summary(seen), refused };
}

function summary(
  seen: readonly { rmse: number; measured: number; predicted?: number; word?: string }[],
): Omit<Predicted, "refused"> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const geometric = (values: readonly number[]) => Math.exp(mean(values.map(Math.log)));
  const measured = seen.map((set) => set.measured);
  const common = { rmse: mean(seen.map((set) => set.rmse)), measured: geometric(measured) };
  const predicted = seen.flatMap((set) => set.predicted ?? []);
  if (predicted.length === 0) return common;
  const apart = seen.filter((set) => set.predicted !== 1);
  const claimed = seen.filter(({ word }) => word === "helps" || word === "hurts");
  const rank = spearman(predicted, measured);
  return {
    ...common,
    predicted: geometric(predicted),
    ...(apart.length > 0 && {
      signs: mean(apart.map((set) => Number(set.predicted! < 1 === set.measured < 1))),
    }),
    ...(rank !== undefined && { spearman: rank }),
    claims: claimed.length / seen.length,
    ...(claimed.length > 0 && {
      rightClaims: mean(claimed.map((set) => Number((set.word === "helps") === set.measured < 1))),
    }),
  };
}

function attempt(tasks: readonly NamedTask[], options: Parameters<typeof analyse>[1]): Verdict | undefined {
  try {
    return analyse(tasks, options);
  } catch (error) {
    if (error instanceof LinearTheoryError && error.code === "singular") return undefined;
    throw error;
  }
}

function fitOf({ alone, equal, recommended, alternatives }: Verdict, method: Method): Fit {
  if (method === "alone") return alone.fit;
  if (method === "james-stein") return alternatives.jamesStein?.fit ?? alone.fit;
  return method === "equal" ? equal.fit : recommended.fit;
}

function split(
  { name, x, y }: NamedTask,
  size: number,
  stream: Random,
): { train: NamedTask; rest: NamedTask } {
  const order = drawnOrder(x.length, stream);
  const part = (rows: readonly number[]) => ({ name, x: rows.map((i) => x[i]!), y: rows.map((i) => y[i]!) });
  return { train: part(order.slice(0, size)), rest: part(order.slice(size)) };
}

function squaredError({ intercept, coefficients }: Fit, { x, y }: NamedTask): number {
  let sum = 0;
  for (const [i, row] of x.entries())
    sum += (y[i]! - coefficients.reduce((value, c, j) => value + c * row[j]!, intercept)) ** 2;
  return sum / y.length;
}
