import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import { keepDiagnostics, summarizeDiagnostics } from "@outrigger/core/train/diagnostics/summary";
import { fit } from "@outrigger/core/train/fit";
import type { EpochRecord } from "@outrigger/core/train/history";
import type { Batches } from "@outrigger/core/train/model";
import { regression } from "@outrigger/core/train/task";
import { placeOf } from "../place.ts";
import { rules } from "../rules.ts";
import { smallNetwork } from "./model.ts";
import { lowData, sizes, tasks } from "./problem.ts";

const UNITS = 6;
/** Tier `smoke` runs in plain JavaScript and stops early: it is to come out again, not to conclude. */
const stepsOf = (tier: Trial["tier"]): number => (tier === "smoke" ? 100 : 600);
/** Steps between two looks at validation: an epoch of this benchmark. */
const EPOCH = 5;
/** Epochs between two points of a curve. */
const POINTS = 6;
/** Of these seeds the report shows gradients and affinities; they change no number. */
const LOOKED_AT = 3;
const [PRIMARY, ...AUXILIARIES] = tasks;

/** An epoch is a few steps on the same full batch. */
function repeated<H>(source: Batches<H>, size: number): Batches<H> {
  const [batch] = source.epoch(null);
  return { size, samples: source.samples! * size, epoch: () => Array.from({ length: size }, () => batch!) };
}

const squared = (rmse: number | null | undefined): number | null =>
  rmse === null || rmse === undefined ? null : rmse ** 2;

/** Weight of an auxiliary relative to the primary's, over several epochs. */
const relative = (records: readonly EpochRecord[], name: string): number =>
  records.reduce((sum, { weights }) => sum + weights[name]!, 0) /
  records.reduce((sum, { weights }) => sum + weights[PRIMARY]!, 0);

function curvesOf(history: readonly EpochRecord[]): TrialResult["curves"] {
  const points = history.filter((_, i) => i % POINTS === POINTS - 1);
  const round = (value: number | null): number | null =>
    value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
  return {
    "validation/mse": points.map((record) => round(squared(record.validation[PRIMARY]?.["rmse"]))),
    ...Object.fromEntries(
      AUXILIARIES.map((name) => [`weight/${name}`, points.map((record) => round(relative([record], name)))]),
    ),
  };
}

/**
 * One seed of one rule: 600 steps of Adam (100 in tier `smoke`) on the full batch, the parameters of the best of 120 looks at validation, one look at the test.
 *
 * Rules that need the primary's gradient on held-out data get it on the validation samples, which every row is selected on.
 */
export async function runLowData(trial: Trial): Promise<TrialResult> {
  const { train, validation, test } = lowData(trial.seed);
  const steps = stepsOf(trial.tier);
  const epochs = steps / EPOCH;
  const looked = trial.seed < LOOKED_AT;
  const records: DiagnosticRecord[] = [];
  const objectives = tasks.map((name) =>
    regression({ name, role: name === PRIMARY ? "primary" : "auxiliary" }),
  );
  const method = rules[trial.method]!();
  // Only rules may look at held-out data.
  const dev = "weigh" in method ? { dev: validation } : {};
  const fitted = await fit(smallNetwork(sizes.inputs, UNITS, tasks), {
    tasks: objectives,
    method,
    optimizer: adam({ learningRate: 0.01 }),
    train: repeated(train, EPOCH),
    validation,
    ...dev,
    epochs,
    seed: trial.seed,
    ...(looked && {
      diagnostics: { gradientsEvery: Math.ceil(steps / 24), affinityEvery: Math.ceil(steps / 12) },
    }),
    progress: "none",
    callbacks: [keepDiagnostics(records)],
    onEpoch: ({ epoch }) => trial.progress((epoch + 1) / epochs),
    threads: trial.threads,
    spinning: false,
    ...placeOf(trial.tier).options,
  });
  const { [PRIMARY]: tested } = await fitted.evaluate(test);
  await fitted.dispose();
  const { history, best } = fitted;
  return {
    metrics: {
      "validation/mse": squared(best?.value),
      "test/mse": squared(tested?.["rmse"]),
    },
    curves: curvesOf(history),
    ...(looked && { diagnostics: summarizeDiagnostics(records, objectives) }),
    notes: [
      best === null
        ? "no finite validation error"
        : `best after step ${(best.epoch + 1) * EPOCH} of ${steps}`,
      `mean weights relative to the primary's: ${AUXILIARIES.map((name) => `${name} ${relative(history, name).toPrecision(3)}`).join(", ")}`,
    ],
    runtime: placeOf(trial.tier).runtime,
  };
}
