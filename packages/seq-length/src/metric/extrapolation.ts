import { OutriggerError } from "@outrigger/core/error";

/** A score in [0, 1] at one tested length: exact match, or per-token accuracy. */
export interface CurvePoint {
  readonly length: number;
  readonly score: number;
}

/** One number each for what a curve over lengths shows. */
export interface Extrapolation {
  /** Largest tested length up to which every tested length scores at least 0.9; 0 if the shortest does not. */
  readonly length90: number;
  /** The same for 0.95. */
  readonly length95: number;
  /** `length90` over the longest training length. */
  readonly ratio90: number;
  /** Mean score over the tested lengths beyond the longest training length; undefined without such lengths. */
  readonly meanUnseen?: number;
  /** Area under the score over ln(length), by trapezoids, over its width; undefined with a single length. */
  readonly area?: number;
}

/**
 * The largest tested length such that it and every shorter tested length score at least `threshold`; 0 if there is none. A length
 * behind a gap does not count: a curve that rises again by chance is not a longer reach.
 *
 * @throws OutriggerError `bad-data` for an empty curve, lengths that are not positive and ascending, or a score outside [0, 1].
 */
export function largestLength(curve: readonly CurvePoint[], threshold: number): number {
  checkCurve(curve);
  const fails = curve.findIndex(({ score }) => score < threshold);
  return curve[(fails < 0 ? curve.length : fails) - 1]?.length ?? 0;
}

/**
 * Summaries of a curve over lengths.
 *
 * @param curve tested lengths in ascending order.
 * @param trainLength the longest training length.
 * @throws OutriggerError `bad-data` for an empty curve, lengths that are not positive and ascending, or a score outside [0, 1].
 * Cost: O(lengths). Source: the mean over unseen lengths is the score of Delétang et al., ICLR 2023, https://arxiv.org/abs/2207.02098;
 * the others are our own.
 */
export function extrapolation(curve: readonly CurvePoint[], trainLength: number): Extrapolation {
  const length90 = largestLength(curve, 0.9);
  const unseen = curve.filter(({ length }) => length > trainLength);
  return {
    length90,
    length95: largestLength(curve, 0.95),
    ratio90: length90 / trainLength,
    ...(unseen.length > 0 && {
      meanUnseen: unseen.reduce((sum, { score }) => sum + score, 0) / unseen.length,
    }),
    ...(curve.length > 1 && { area: area(curve) }),
  };
}

function area(curve: readonly CurvePoint[]): number {
  let sum = 0;
  for (const [i, { length, score }] of curve.slice(1).entries()) {
    const before = curve[i]!;
    sum += (Math.log(length / before.length) * (score + before.score)) / 2;
  }
  return sum / Math.log(curve.at(-1)!.length / curve[0]!.length);
}

function checkCurve(curve: readonly CurvePoint[]): void {
  if (curve.length === 0)
    throw new OutriggerError("bad-data", "The curve is empty: give at least one length.");
  for (const [i, { length, score }] of curve.entries()) {
    if (!(length > 0) || (i > 0 && !(length > curve[i - 1]!.length)))
      throw new OutriggerError(
        "bad-data",
        `Lengths must be positive and ascending; number ${i} is ${length}.`,
      );
    if (!(score >= 0 && score <= 1))
      throw new OutriggerError(
        "bad-data",
        `The score at length ${length} is ${score}; it must be in [0, 1].`,
      );
  }
}
