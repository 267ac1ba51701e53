import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { sgd } from "@outrigger/core/optimize/sgd";
import { headFirst } from "@outrigger/core/procedure/head-first";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import type { Method } from "@outrigger/core/train/method";
import { accuracy } from "@outrigger/core/train/metric";
import { binary } from "@outrigger/core/train/task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uniform } from "@outrigger/core/weighting/uniform";
import { repeated } from "../repeated.ts";
import { energyIn, twoLayers } from "./model.ts";
import { headFirstProblem, tasks } from "./problem.ts";

const STEPS = 400;
/** Steps between two looks at validation: an epoch of this benchmark. */
const EPOCH = 10;
const PRIMARY = tasks[0]!;

/** How a row trains, and what it knows or is denied. */
interface Row {
  readonly method: () => Method;
  readonly describe: string;
  readonly shuffled?: true;
  readonly knows?: true;
}

/** Every row by its name. */
export const rows: Readonly<Record<string, Row>> = {
  uniform: { method: uniform, describe: "Joint training: all parameters along the sum of all losses." },
  "single-task": { method: singleTask, describe: "The primary alone." },
  "head-first": { method: headFirst, describe: "One step of the heads, then one of all parameters." },
  "head-first-5": {
    method: () => headFirst({ headSteps: 5 }),
    describe: "Five steps of the heads, then one of all parameters.",
  },
  "random-labels": {
    method: headFirst,
    shuffled: true,
    describe: "Head-first with auxiliaries whose labels are coins.",
  },
  oracle: {
    method: uniform,
    knows: true,
    describe: "Joint training of a first layer that stays in the span of the true directions.",
  },
};

/** One seed of one row: full-batch gradient descent with momentum, the epoch that is best on validation, one look at the test. */
export async function runHeadFirst(trial: Trial): Promise<TrialResult> {
  const { method, shuffled, knows } = rows[trial.method]!;
  const { directions, train, validation, test } = headFirstProblem(trial.seed, shuffled);
  const model = twoLayers(knows && directions);
  const epochs = STEPS / EPOCH;
  const fitted = await fit(model, {
    tasks: tasks.map((name) => ({
      ...binary({ name, role: name === PRIMARY ? "primary" : "auxiliary" }),
      metrics: [accuracy],
    })),
    method: method(),
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 }),
    train: repeated(train, EPOCH),
    validation,
    epochs,
    seed: trial.seed,
    progress: "none",
    onEpoch: ({ epoch }) => trial.progress((epoch + 1) / epochs),
    threads: trial.threads,
    spinning: false,
  });
  const { [PRIMARY]: tested } = await fitted.evaluate(test);
  await fitted.dispose();
  const { history, best } = fitted;
  const begun = energyIn(model.init(Random.seeded(trial.seed, "init")), directions);
  return {
    metrics: {
      "validation/accuracy": best?.value ?? null,
      "test/accuracy": tested?.["accuracy"] ?? null,
      "test/energy": energyIn(fitted.params, directions),
      "test/energy-last": energyIn(fitted.last, directions),
    },
    curves: {
      "validation/accuracy": history.map((record) => record.validation[PRIMARY]?.["accuracy"] ?? null),
    },
    notes: [
      best === null
        ? "no finite validation accuracy"
        : `best after step ${(best.epoch + 1) * EPOCH} of ${STEPS}`,
      `energy of the first layer in the true directions: ${begun.toFixed(3)} at first, ${energyIn(fitted.last, directions).toFixed(3)} at last`,
    ],
    runtime: "onnx/cpu",
  };
}
