import type { Benchmark, Tier, TrialResult } from "@outrigger/bench/benchmark";
import { adam } from "@outrigger/core/optimize/adam";
import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import { keepDiagnostics, summarizeDiagnostics } from "@outrigger/core/train/diagnostics/summary";
import { fit } from "@outrigger/core/train/fit";
import type { EpochRecord } from "@outrigger/core/train/history";
import { isAggregator, isFeatureMethod, type Method } from "@outrigger/core/train/method";
import { regression } from "@outrigger/core/train/task";
import { placeOf } from "../place.ts";
import { repeated } from "../repeated.ts";
import { smallNetwork } from "./model.ts";
import { lowData, sizes, tasks } from "./problem.ts";

const UNITS = 6;
/** Tier `smoke` runs in plain JavaScript and stops early: it is to come out again, not to conclude. */
const stepsOf = (tier: Tier): number => (tier === "smoke" ? 100 : 600);
/** Steps between two looks at validation: an epoch of this benchmark. */
const EPOCH = 5;
/** Epochs between two points of a curve. */
const POINTS = 6;
/** Of these seeds the report shows gradients and affinities; they change no number. */
const LOOKED_AT = 3;
const [PRIMARY, ...AUXILIARIES] = tasks;

/** One row of the table. */
export interface Row {
  readonly method: Method;
  /**
   * What a method that looks at held-out data sees. "validation", the default: the samples that every row is selected on; "train": the
   * training batch again, which shows what held-out data are worth.
   */
  readonly dev?: "validation" | "train";
  /** Whether the auxiliaries' labels are in random order. Default false. */
  readonly shuffled?: boolean;
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
 * One seed of one row: 600 steps of Adam (100 in tier `smoke`) on the full batch, the parameters of the best look at validation, one look at the
 * test.
 *
 * Methods that need the primary's loss or gradient on held-out data get it on the validation samples, which every row is selected on: no
 * row sees a label that another does not, but these use the same forty once more, to learn weights from.
 *
 * @param rowOf the row of a method's name
 */
export const runLowData =
  (rowOf: (method: string) => Row): Benchmark["run"] =>
  async (trial) => {
    const { method, dev = "validation", shuffled = false } = rowOf(trial.method);
    const data = lowData(trial.seed, { shuffled });
    const { train, validation, test } = data;
    const steps = stepsOf(trial.tier);
    const epochs = steps / EPOCH;
    const place = placeOf(trial.tier);
    const looked = trial.seed < LOOKED_AT;
    const records: DiagnosticRecord[] = [];
    const objectives = tasks.map((name) =>
      regression({ name, role: name === PRIMARY ? "primary" : "auxiliary" }),
    );
    // Methods of these kinds refuse held-out data.
    const heldOut = isAggregator(method) || isFeatureMethod(method) ? {} : { dev: data[dev] };
    const fitted = await fit(smallNetwork(sizes.inputs, UNITS, tasks), {
      tasks: objectives,
      method,
      optimizer: adam({ learningRate: 0.01 }),
      train: repeated(train, EPOCH),
      validation,
      ...heldOut,
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
      ...place.options,
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
      runtime: place.runtime,
    };
  };
