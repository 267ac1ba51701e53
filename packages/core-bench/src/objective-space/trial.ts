import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import type { Probabilities } from "@outrigger/core/procedure/objective-space/probabilities";
import { fit } from "@outrigger/core/train/fit";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { FOREIGN, primary, rows, searchOf } from "./methods.ts";
import { sharedUnits } from "./model.ts";
import { sizes, twoDomains } from "./problem.ts";

/** As many as a domain has features: what one takes the other lacks. */
const UNITS = 3;
const EPOCHS = 400;
/** Enough to see that everything works. */
const SMOKE_EPOCHS = 60;
/** Epochs between two points of a curve. */
const POINTS = 20;

const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;
const round = (value: number): number => Number(value.toPrecision(4));
const massOf = ({ stages }: Probabilities): number => stages.input[FOREIGN] ?? 0;

/**
 * One seed of one row: 400 steps of Adam on the full batch, the parameters of the best of 400 looks at validation, one look at the test.
 *
 * Held-out gradients are those of the validation samples, which every row is selected on.
 */
export async function runObjectiveSpace(trial: Trial): Promise<TrialResult> {
  const epochs = trial.tier === "smoke" ? SMOKE_EPOCHS : EPOCHS;
  const data = twoDomains(trial.seed);
  const { train, validation, shuffledLabels, test } = data;
  const row = rows[trial.method];
  let table: Probabilities | undefined;
  const search = row && searchOf(row, data, { onUpdate: (now) => (table = now) });
  table = search?.init(3, 0).probabilities;
  const start = table && massOf(table);
  const masses: number[] = [];
  const splits: number[] = [];
  const objectives = search ? [primary, generatedTask("reconstruct"), generatedTask("label")] : [primary];
  const heads = { main: 1, ...(search && { reconstruct: sizes.inputs, label: 1 }) };
  const fitted = await fit(sharedUnits(sizes.inputs, UNITS, heads), {
    tasks: objectives,
    method: search ?? singleTask(),
    ...(search && { dev: row?.shuffledLabels ? shuffledLabels : validation }),
    optimizer: adam({ learningRate: 0.01 }),
    train,
    validation,
    epochs,
    seed: trial.seed,
    progress: "none",
    onEpoch: ({ epoch }) => {
      trial.progress((epoch + 1) / epochs);
      if (table === undefined || epoch % POINTS !== POINTS - 1) return;
      masses.push(round(massOf(table)));
      splits.push(round(table.auxiliary));
    },
    threads: trial.threads,
    spinning: false,
  });
  const { main } = await fitted.evaluate(test);
  await fitted.dispose();
  const { best, history } = fitted;
  const points = history.filter((_, i) => i % POINTS === POINTS - 1);
  const end = table && massOf(table);
  return {
    metrics: {
      "validation/mse": squared(best?.value),
      "test/mse": squared(main?.["rmse"]),
      // No split has to do with it: it stands under both, so that it can be a benchmark's metric.
      ...(end !== undefined && {
        "validation/foreign-start": start!,
        "validation/foreign-mass": end,
        "test/foreign-mass": end,
      }),
    },
    curves: {
      "validation/mse": points.map(({ validation: seen }) => {
        const value = squared(seen["main"]?.["rmse"]);
        return value === null ? null : round(value);
      }),
      ...(table && { "probability/other domain": masses, "probability/auxiliaries": splits }),
    },
    notes: [
      best === null ? "no finite validation error" : `best after epoch ${best.epoch + 1} of ${epochs}`,
      ...(table
        ? [
            `probabilities at the end: ${Object.entries(table.cells)
              .map(([cell, value]) => `${cell} ${value.toFixed(3)}`)
              .join(", ")}`,
          ]
        : []),
    ],
    runtime: "onnx/cpu",
  };
}
