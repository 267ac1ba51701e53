/** Predictions and labels of all labelled rows of a split, in the units people read. */
export interface Rows {
  readonly prediction: Float64Array;
  readonly label: Float64Array;
}

/** A number for a whole split; null where it is not defined there (no labelled row, one class only). */
export interface Metric {
  readonly name: string;
  readonly better: "lower" | "higher";
  compute(rows: Rows): number | null;
}

/** Mean of f(prediction, label) over the rows, or null without rows. */
function mean({ prediction, label }: Rows, f: (prediction: number, label: number) => number): number | null {
  if (label.length === 0) return null;
  let sum = 0;
  for (let i = 0; i < label.length; i++) sum += f(prediction[i]!, label[i]!);
  return sum / label.length;
}

/** Root mean squared error √(Σᵢ (pᵢ − yᵢ)² / n), in the labels' units. */
export const rmse: Metric = {
  name: "rmse",
  better: "lower",
  compute(rows) {
    const squared = mean(rows, (p, y) => (p - y) ** 2);
    return squared === null ? null : Math.sqrt(squared);
  },
};

/** Mean absolute error Σᵢ |pᵢ − yᵢ| / n, in the labels' units. */
export const mae: Metric = {
  name: "mae",
  better: "lower",
  compute: (rows) => mean(rows, (p, y) => Math.abs(p - y)),
};

/** Share of rows whose predicted probability lies on the label's side of 1/2 (exactly 1/2 counts as class 1). */
export const accuracy: Metric = {
  name: "accuracy",
  better: "higher",
  compute: (rows) => mean(rows, (p, y) => (p >= 0.5 === y >= 0.5 ? 1 : 0)),
};

/** Share of rows whose predicted class is the label, for two or more classes; predictions and labels are class numbers. */
export const classAccuracy: Metric = {
  name: "accuracy",
  better: "higher",
  compute: (rows) => mean(rows, (p, y) => (p === y ? 1 : 0)),
};

/**
 * Area under the ROC curve: the probability that a random positive is ranked above a random negative, ties counting one half.
 *
 * Exact, by mid-ranks (Mann and Whitney): (R₊ − n₊(n₊ + 1)/2) / (n₊ n₋) with R₊ the sum of the positives' ranks. Labels are 0 or
 * 1; null if only one class is present. Costs one sort.
 */
export const rocAuc: Metric = {
  name: "roc-auc",
  better: "higher",
  compute({ prediction, label }) {
    const order = Array.from(prediction.keys()).sort((a, b) => prediction[a]! - prediction[b]!);
    let rankSum = 0;
    let positives = 0;
    for (let start = 0; start < order.length; ) {
      let end = start;
      while (end < order.length && prediction[order[end]!] === prediction[order[start]!]) end++;
      const midRank = (start + 1 + end) / 2;
      for (let i = start; i < end; i++) {
        if (label[order[i]!]! < 0.5) continue;
        rankSum += midRank;
        positives++;
      }
      // A NaN prediction equals nothing, itself included.
      start = Math.max(end, start + 1);
    }
    const negatives = order.length - positives;
    if (positives === 0 || negatives === 0 || prediction.some(Number.isNaN)) return null;
    return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
  },
};
