import { defineBenchmark } from "@outrigger/bench";
import { rows, runTrial } from "../trial.js";

/** Raise `version` with every change that may move a number. */
export default defineBenchmark({
  name: "bearings/wear",
  version: 1,
  title: "Do speed and load help to tell wear?",
  description:
    "Simulated: records of vibration, 32 with a label of wear and 256 with labels of speed and load. The epoch that is best on validation is tested once.",
  metric: { name: "rmse", better: "lower" },
  baseline: "single-task",
  source: "embedded",
  simulated: true,
  tiers: { smoke: { seeds: [0, 1] }, ci: { seeds: [0, 1, 2, 3, 4] } },
  // Every row may try the same two learning rates, with the first seed, and is judged by the better one on validation.
  arms: () =>
    Object.entries(rows).map(([method, { kind, describe }]) => ({
      method,
      kind: /** @type {"baseline" | "rule" | "control"} */ (kind),
      describe,
      options: {},
      candidates: [{ learningRate: 0.003 }, { learningRate: 0.01 }],
    })),
  run: runTrial,
});
