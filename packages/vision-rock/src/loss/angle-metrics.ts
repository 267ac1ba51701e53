import type { Metric, Rows } from "@outrigger/core/train/metric";

const degrees = 180 / Math.PI;

/** Angles in degrees between predictions of any length and labels of length 1, both three numbers a pixel; a right angle for a prediction of length 0. */
function angles({ prediction, label }: Rows): Float64Array {
  return Float64Array.from({ length: label.length / 3 }, (_, pixel) => {
    const at = 3 * pixel;
    const length = Math.hypot(prediction[at]!, prediction[at + 1]!, prediction[at + 2]!);
    if (length === 0) return 90;
    const dot = [0, 1, 2].reduce((sum, k) => sum + prediction[at + k]! * label[at + k]!, 0);
    return degrees * Math.acos(Math.min(1, Math.max(-1, dot / length)));
  });
}

const ofAngles =
  (compute: (all: Float64Array) => number) =>
  (rows: Rows): number | null =>
    rows.label.length === 0 ? null : compute(angles(rows));

const mean = (all: Float64Array): number => all.reduce((sum, angle) => sum + angle, 0) / all.length;

function median(all: Float64Array): number {
  const sorted = all.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const within = (limit: number): Metric => ({
  name: `within-${limit}`,
  better: "higher",
  compute: ofAngles((all) => all.filter((angle) => angle < limit).length / all.length),
});

/** Mean and median angle in degrees, and the shares of pixels below 11.25°, 22.5° and 30°. */
export const angleMetrics: readonly Metric[] = [
  { name: "mean-angle", better: "lower", compute: ofAngles(mean) },
  { name: "median-angle", better: "lower", compute: ofAngles(median) },
  within(11.25),
  within(22.5),
  within(30),
];
