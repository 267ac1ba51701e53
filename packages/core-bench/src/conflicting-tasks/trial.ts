import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import { tapsShared } from "@outrigger/core/sharing/taps";
import { fit } from "@outrigger/core/train/fit";
import type { Params } from "@outrigger/core/train/model";
import { regression } from "@outrigger/core/train/task";
import { uniform } from "@outrigger/core/weighting/uniform";
import { conflictingTasks, tasks } from "./problem.ts";
import { rows } from "./rows.ts";

const EPOCHS = 160;
/** Epochs between two points of a curve. */
const POINTS = 8;
const [PRIMARY] = tasks;

const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;

const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));

/** What TAPS chose in the epoch that is kept. */
const chosen = (params: Params): string =>
  Object.entries(tapsShared(params))
    .map(([task, layers]) => `${task} ${layers.map((shared) => (shared ? "shared" : "own")).join(", ")}`)
    .join("; ");

/** One seed of one row: 800 steps of Adam, the parameters of the best of 160 looks at validation, one look at the test. */
export async function runConflictingTasks(trial: Trial): Promise<TrialResult> {
  const { model, method = uniform, shuffle } = rows[trial.method]!;
  const { train, validation, test } = conflictingTasks(trial.seed, { shuffle });
  const fitted = await fit(model(), {
    tasks: tasks.map((name) => regression({ name, role: name === PRIMARY ? "primary" : "auxiliary" })),
    method: method(),
    optimizer: adam({ learningRate: 0.03 }),
    train,
    validation,
    epochs: EPOCHS,
    seed: trial.seed,
    progress: "none",
    onEpoch: ({ epoch }) => trial.progress((epoch + 1) / EPOCHS),
    threads: trial.threads,
    spinning: false,
  });
  const { [PRIMARY]: tested } = await fitted.evaluate(test);
  await fitted.dispose();
  const { history, best, params } = fitted;
  const points = history.filter((_, i) => i % POINTS === POINTS - 1);
  return {
    metrics: { "validation/mse": squared(best?.value), "test/mse": squared(tested?.["rmse"]) },
    curves: {
      "validation/mse": points.map((record) => rounded(squared(record.validation[PRIMARY]?.["rmse"]))),
      "train/main": points.map(({ losses }) => rounded(losses["main"] ?? null)),
      "train/rival": points.map(({ losses }) => rounded(losses["rival"] ?? null)),
    },
    notes: [
      best === null ? "no finite validation error" : `best after epoch ${best.epoch + 1} of ${EPOCHS}`,
      ...(trial.method.startsWith("taps") ? [`layers: ${chosen(params)}`] : []),
    ],
    runtime: "onnx/cpu",
  };
}
