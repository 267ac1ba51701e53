import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { gatherRows, type HostColumnBatch } from "@outrigger/core/data/batches";
import { mapTree, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { generatedTask } from "@outrigger/core/train/generated-task";
import type { Batches } from "@outrigger/core/train/model";
import { type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import { smallNetwork } from "../low-data/model.ts";
import { lowData, sizes, tasks } from "../low-data/problem.ts";
import { type Row, rows } from "./methods.ts";

const UNITS = 6;
const STEPS = 600;
/** Enough to see that everything works. */
const SMOKE_STEPS = 60;
/** Steps between two looks at validation: an epoch of this benchmark. */
const EPOCH = 5;
/** Epochs between two points of a curve. */
const POINTS = 6;

type HostBatches = Batches<HostColumnBatch<NDArray>>;

/** An epoch is a few steps on the same batch, of the labelled rows or of all. */
function trainingOf({ auxiliaries }: Row, train: HostBatches): HostBatches {
  const [all] = train.epoch(null);
  const labelled = Array.from({ length: sizes.labelled }, (_, row) => row);
  const first = (leaf: NDArray): NDArray => gatherRows(leaf, labelled, labelled.length);
  const batch =
    auxiliaries === "collected"
      ? all!
      : (mapTree<NDArray, NDArray>(all as unknown as Tree<NDArray>, first) as unknown as typeof all);
  return {
    size: EPOCH,
    samples: EPOCH * sizes.labelled,
    epoch: () => Array.from({ length: EPOCH }, () => batch!),
  };
}

/** The held-out samples, each with the label of another where the row wants it so. */
function heldOut({ dev }: Row, validation: HostBatches, seed: number): { dev?: HostBatches } {
  if (dev !== "shuffled") return dev === undefined ? {} : { dev: validation };
  const order = Random.seeded(seed, "shuffled labels").permutation(sizes.validation);
  const shuffled = [...validation.epoch(null)].map((batch) => {
    const main = gatherRows(batch.labels["main"]!, order, sizes.validation);
    return { ...batch, labels: { ...batch.labels, main } };
  });
  return { dev: { ...validation, epoch: () => shuffled } };
}

function tasksOf({ auxiliaries }: Row): Task<ColumnBatch>[] {
  const [primary, ...others] = tasks.map((name, k) =>
    regression({ name, role: k === 0 ? "primary" : "auxiliary" }),
  );
  if (auxiliaries === "collected") return [primary!, ...others];
  return auxiliaries === "made" ? [primary!, generatedTask("made")] : [primary!];
}

const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;
const round = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value.toPrecision(4));

/**
 * One seed of one row: 600 steps of Adam on the full batch, the parameters of the best of 120 looks at validation, one look at the test.
 *
 * Held-out gradients are those of the validation samples, which every row is selected on.
 */
export async function runGeneratedData(trial: Trial): Promise<TrialResult> {
  const row = rows[trial.method]!;
  const { train, validation, test } = lowData(trial.seed);
  const epochs = (trial.tier === "smoke" ? SMOKE_STEPS : STEPS) / EPOCH;
  const trained = tasksOf(row);
  const names = trained.map(({ name }) => name);
  const fitted = await fit(smallNetwork(sizes.inputs, UNITS, names), {
    tasks: trained,
    method: row.method(),
    optimizer: adam({ learningRate: 0.01 }),
    train: trainingOf(row, train),
    validation,
    ...heldOut(row, validation, trial.seed),
    epochs,
    seed: trial.seed,
    progress: "none",
    onEpoch: ({ epoch }) => trial.progress((epoch + 1) / epochs),
    threads: trial.threads,
    spinning: false,
  });
  const { main } = await fitted.evaluate(test);
  await fitted.dispose();
  const { best, history } = fitted;
  const points = history.filter((_, i) => i % POINTS === POINTS - 1);
  return {
    metrics: { "validation/mse": squared(best?.value), "test/mse": squared(main?.["rmse"]) },
    curves: {
      "validation/mse": points.map(({ validation: seen }) => round(squared(seen["main"]?.["rmse"]))),
      ...(row.auxiliaries === "made" && { "loss/made": points.map(({ losses }) => round(losses["made"])) }),
    },
    notes: [
      best === null
        ? "no finite validation error"
        : `best after step ${(best.epoch + 1) * EPOCH} of ${epochs * EPOCH}`,
    ],
    runtime: "onnx/cpu",
  };
}
