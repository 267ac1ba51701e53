/**
 * What split-conformal prediction keeps of the validation molecules: for every one with a label, how far off the prediction was, ascending.
 *
 * Regression: |y − f(x)|. Classification: 1 − p(y), class by class, so that a rare class has the same promise as a common one.
 */
export type Calibration =
  | { readonly kind: "regression"; readonly scores: readonly number[] }
  | { readonly kind: "classification"; readonly scores: readonly [readonly number[], readonly number[]] };

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/**
 * Scores of labelled molecules that training has not seen.
 *
 * @param predictions values, or probabilities of class 1
 */
export function calibrate(
  kind: Calibration["kind"],
  predictions: readonly number[],
  labels: readonly number[],
): Calibration {
  if (kind === "regression")
    return { kind, scores: ascending(predictions.map((value, i) => Math.abs(labels[i]! - value))) };
  const of = (wanted: number): number[] =>
    ascending(predictions.flatMap((p, i) => (labels[i] === wanted ? [wanted === 1 ? 1 - p : p] : [])));
  return { kind, scores: [of(0), of(1)] };
}

/**
 * The ⌈(n + 1)·level⌉-th smallest of n scores: a new molecule's score is at most that with probability of at least `level`, if it is
 * exchangeable with the n. Infinite where n is too small to say anything: n must be at least level / (1 − level).
 *
 * Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", Springer 2005; Lei et al., "Distribution-free predictive inference
 * for regression", JASA 2018, https://arxiv.org/abs/1604.04173
 *
 * @param scores ascending
 */
export function conformalQuantile(scores: readonly number[], level: number): number {
  // 0.9 · 10 must not become 9.000000000000002.
  const rank = Math.ceil((scores.length + 1) * level - 1e-9);
  return scores[rank - 1] ?? Number.POSITIVE_INFINITY;
}

/** [value − q, value + q]; infinite where there are too few scores for the level. */
export function interval(
  calibration: Calibration & { kind: "regression" },
  value: number,
  level: number,
): readonly [low: number, high: number] {
  const q = conformalQuantile(calibration.scores, level);
  return [value - q, value + q];
}

/**
 * The classes that cannot be ruled out at the level: c is in the set if 1 − p(c) is at most the quantile of the scores of class c. Empty for
 * a molecule unlike either class; both for one that cannot be told.
 *
 * Class-conditional ("Mondrian") conformal prediction: Vovk, "Conditional validity of inductive conformal predictors", ACML 2012,
 * https://proceedings.mlr.press/v25/vovk12.html
 */
export function predictionSet(
  calibration: Calibration & { kind: "classification" },
  probability: number,
  level: number,
): number[] {
  const scores = [probability, 1 - probability];
  return [0, 1].filter((c) => scores[c]! <= conformalQuantile(calibration.scores[c]!, level));
}
