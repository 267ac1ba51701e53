import { defineBenchmark } from "@outrigger/bench/benchmark";
import { Random } from "@outrigger/core/random";

/** n pairs (x, y) with y = slope x + noise of 1. */
function pairs(random, n, slope) {
  return Array.from({ length: n }, () => {
    const x = random.normal();
    return [x, slope * x + random.normal()];
  });
}

/** The slope with the least weighted squares over both tasks: sum of w x y / sum of w x², w = 1 for the primary. */
function fitted(primary, auxiliary, weight) {
  const sums = (rows) => [
    rows.reduce((sum, [x, y]) => sum + x * y, 0),
    rows.reduce((sum, [x]) => sum + x * x, 0),
  ];
  const [[a, b], [c, d]] = [sums(primary), sums(auxiliary)];
  return (a + weight * c) / (b + weight * d);
}

const error = (rows, slope) =>
  Math.sqrt(rows.reduce((sum, [x, y]) => sum + (y - slope * x) ** 2, 0) / rows.length);

const weights = { "single-task": 0, static: 0.1, uniform: 1 };

/** Small on purpose: what matters here is who runs a trial, not what is in it. */
export default defineBenchmark({
  name: "queue/slope",
  version: 1,
  title: "Does a task with nearly the same slope help?",
  description: "Simulated: a slope from 8 noisy pairs, helped by 64 pairs whose slope is off by 0.2.",
  metric: { name: "rmse", better: "lower" },
  baseline: "single-task",
  source: "embedded",
  simulated: true,
  tiers: { smoke: { seeds: [0, 1, 2, 3] }, ci: { seeds: Array.from({ length: 20 }, (_, seed) => seed) } },
  arms: () =>
    Object.entries(weights).map(([method, weight]) => ({
      method,
      kind: /** @type {"baseline" | "rule"} */ (method === "single-task" ? "baseline" : "rule"),
      options: { weight },
    })),
  run: async ({ seed, options }) => {
    const random = Random.seeded(seed, "slope");
    const primary = pairs(random, 8, 1);
    const auxiliary = pairs(random, 64, 1.2);
    const slope = fitted(primary, auxiliary, Number(options.weight));
    return {
      metrics: {
        "validation/rmse": error(pairs(random, 50, 1), slope),
        "test/rmse": error(pairs(random, 1000, 1), slope),
      },
    };
  },
});
