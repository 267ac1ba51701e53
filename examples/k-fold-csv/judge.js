import { pairedDifference, verdict } from "@outrigger/bench/statistics/paired";

/**
 * The paired difference helped - alone over folds, with an interval that knows that folds share their training rows.
 *
 * Any two training sets overlap, so the differences are not independent and a plain t interval is too narrow. Its half-width is
 * multiplied by sqrt(1 + k n_test / n_train), k folds, n rows a fold: the corrected resampled t test of Nadeau and Bengio, Inference for the
 * Generalization Error, Machine Learning 2003, https://doi.org/10.1023/A:1024068626366. It is an approximation: no estimate of
 * that variance from one cross-validation is unbiased (Bengio and Grandvalet, Journal of Machine Learning Research 2004,
 * https://www.jmlr.org/papers/v5/grandvalet04a.html).
 *
 * @param {number[]} helped error of every fold with the auxiliaries @param {number[]} alone the same folds without them
 * @param {number} share n_test / n_train
 */
export function judge(helped, alone, share) {
  const byFold = (errors) => new Map(errors.map((error, fold) => [fold, error]));
  const plain = pairedDifference(byFold(helped), byFold(alone));
  const wider = Math.sqrt(1 + plain.pairs * share);
  const half = wider * (plain.high - plain.mean);
  const difference = { ...plain, low: plain.mean - half, high: plain.mean + half };
  const said = verdict(difference, { better: "lower", expected: helped.length, smoke: false });
  return { mean: plain.mean, low: difference.low, high: difference.high, verdict: said };
}
