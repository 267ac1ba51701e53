import type { Benchmark, TrialResult } from "@outrigger/bench/benchmark";
import { sgd } from "@outrigger/core/optimize/sgd";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { fit } from "@outrigger/core/train/fit";
import { generatedTask } from "@outrigger/core/train/generated-task";
import type { EpochRecord } from "@outrigger/core/train/history";
import { classification } from "@outrigger/core/train/task";
import { files } from "./digits.ts";
import { type LabelRecord, labelRecords, seen } from "./labels.ts";
import { digitNetwork, fixedLabels, labelGenerator } from "./model.ts";
import { digitPairs, subclasses, tasks } from "./problem.ts";
import { rows } from "./rows.ts";

const EPOCHS = 60;
/** Epochs between two points of a curve. */
const POINTS = 3;

const round = (value: number): number => Number(value.toPrecision(4));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
/** "0-1" … "8-9". */
const classes = subclasses.map((_, c) => `${2 * c}-${2 * c + 1}`);

const curvesOf = (
  history: readonly EpochRecord[],
  records: readonly LabelRecord[],
): TrialResult["curves"] => ({
  "validation/accuracy": history
    .filter((_, i) => i % POINTS === POINTS - 1)
    .map(({ validation }) => validation[tasks.primary]?.["accuracy"] ?? null),
  ...(records.length > 0 &&
    Object.fromEntries(
      classes.flatMap((name, c) => [
        [`label-entropy/${name}`, records.map(({ entropy }) => round(entropy[c]!))],
        [`subclass-usage/${name}`, records.map(({ usage }) => round(usage[c]!))],
      ]),
    )),
});

const labelNotes = (record: LabelRecord | undefined): string[] =>
  record === undefined
    ? []
    : [
        `labels at the end: mean entropy ${mean(record.entropy).toFixed(3)} bit a sample, ${mean(record.usage).toFixed(3)} bit a class`,
        `sub-classes agree with the digits on ${(100 * mean(record.agreement)).toFixed(1)} % of the training samples (50 %: not at all)`,
      ];

/**
 * One seed of one row: 60 epochs of five batches with SGD, the parameters of the epoch that is best on validation, one look at the test.
 *
 * The generator learns from the training batches, as the paper has it; validation digits choose the epoch, in every row, and nothing else.
 */
export const runMaxlDigits: Benchmark["run"] = async (trial) => {
  const { teacher, method: make, generates } = rows[trial.method]!;
  const data = digitPairs(trial.seed, teacher);
  let generator: Float32Array | undefined;
  const moments: Float32Array[] = [];
  const method = generates
    ? seen(make() as Procedure<null>, (params) => {
        generator = params;
      })
    : make();
  const fitted = await fit(digitNetwork(), {
    tasks: [
      classification({ name: tasks.primary, role: "primary", classes: subclasses.length }),
      teacher === "none" ? generatedTask(tasks.auxiliary) : fixedLabels(),
    ],
    method,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    train: data.train,
    validation: data.validation,
    epochs: EPOCHS,
    seed: trial.seed,
    progress: "none",
    onEpoch({ epoch }) {
      if (generator && epoch % POINTS === POINTS - 1) moments.push(generator.slice());
      trial.progress((epoch + 1) / EPOCHS);
    },
    threads: trial.threads,
    spinning: false,
  });
  const { [tasks.primary]: tested } = await fitted.evaluate(data.test);
  await fitted.dispose();
  const { history, best } = fitted;
  const records = await labelRecords(labelGenerator(), moments, data, trial.threads);
  return {
    metrics: {
      "validation/accuracy": best?.value ?? null,
      "test/accuracy": tested?.["accuracy"] ?? null,
    },
    curves: curvesOf(history, records),
    notes: [
      best === null ? "no finite validation accuracy" : `best after epoch ${best.epoch + 1} of ${EPOCHS}`,
      ...labelNotes(records.at(-1)),
    ],
    datasets: Object.entries(files).map(([name, sha256]) => ({ name: `mnist/${name}`, sha256 })),
    runtime: "onnx/cpu",
  };
};
