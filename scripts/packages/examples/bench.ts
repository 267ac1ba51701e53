import { type Benchmark, defineBenchmark } from "@outrigger/bench";

const toy: Benchmark = defineBenchmark({
  name: "toy/line",
  version: 1,
  title: "A line",
  description: "Nothing is trained.",
  metric: { name: "rmse", better: "lower" },
  baseline: "single-task",
  source: "embedded",
  tiers: { smoke: { seeds: [0, 1] }, ci: { seeds: [0, 1, 2, 3, 4] }, full: undefined },
  arms: () => [
    {
      method: "single-task",
      kind: "baseline",
      options: {},
      candidates: [{ weightDecay: 0 }, { weightDecay: 0.1 }],
    },
    { method: "uniform", kind: "rule", options: {}, candidates: [{ scale: 0.1 }, { scale: 1 }] },
  ],
  run: async (trial) => ({ metrics: { "validation/rmse": 0.5, "test/rmse": 0.6 + trial.seed / 10 } }),
});
export default toy;
