import { adam, fit, regression, singleTask, uncertainty, uniform } from "@outrigger/core";
import { network } from "./network.js";
import { problem } from "./problem.js";

/** The rows of the table. */
export const rows = {
  "single-task": { kind: "baseline", describe: "Wear alone.", method: singleTask },
  uniform: { kind: "rule", describe: "All losses with weight 1.", method: uniform },
  uncertainty: {
    kind: "rule",
    describe: "Each loss weighed by its learned uncertainty.",
    method: uncertainty,
  },
  shuffled: {
    kind: "control",
    describe: "Uniform, with the auxiliaries' labels on the wrong records.",
    method: uniform,
    shuffled: true,
  },
};

const epochs = { smoke: 5, ci: 60 };

/**
 * One seed of one row: trains, chooses the epoch on validation, and looks at test once.
 *
 * @param {import("@outrigger/bench").Trial} trial
 * @returns {Promise<import("@outrigger/bench").TrialResult>}
 */
export async function runTrial(trial) {
  const { options, seed, tier, threads } = trial;
  const { method, shuffled = false } = rows[trial.method];
  const { train, validation, test, scalers } = problem(seed, { shuffled });
  const names = ["wear", "speed", "load"];
  const smoke = tier === "smoke";
  const fitted = await fit(network(names), {
    tasks: names.map((name) =>
      regression({ name, role: name === "wear" ? "primary" : "auxiliary", scaler: scalers[name] }),
    ),
    method: method(),
    optimizer: adam({ learningRate: Number(options.learningRate) }),
    train,
    validation,
    epochs: epochs[tier],
    seed,
    progress: "none",
    onEpoch: ({ epoch }) => trial.progress((epoch + 1) / epochs[tier]),
    threads,
    // The same numbers on every machine, so that `outrigger reproduce` can check them.
    ...(smoke && { runtime: "tfjs", device: "cpu" }),
  });
  const { wear } = await fitted.evaluate(test);
  await fitted.dispose();
  return {
    metrics: { "validation/rmse": fitted.best?.value ?? null, "test/rmse": wear.rmse },
    curves: { "validation/rmse": fitted.history.map((epoch) => epoch.validation.wear.rmse) },
    runtime: smoke ? "tfjs/cpu" : "onnx/cpu",
  };
}
