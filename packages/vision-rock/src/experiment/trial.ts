import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { Random } from "@outrigger/core/random";
import type { EpochRecord } from "@outrigger/core/train/history";
import type { WeightFile } from "../backbone/import-resnet50.ts";
import { startingParams } from "../command/starting-params.ts";
import { type Configuration, configuration } from "../train/configuration.ts";
import { type DetectorScores, type Trained, trainDetector } from "../train/train.ts";
import { shuffledAuxiliaries } from "./annotations.ts";
import type { Data } from "./data.ts";
import type { RowOptions } from "./rows.ts";
import { ruleOf } from "./rules.ts";

/** What all rows of a benchmark train alike. */
export type BaseConfiguration = Partial<Omit<Configuration, "block">> &
  Pick<Configuration, "batchSize" | "looks"> & {
    /** Rows of a batch with and without boxes, where only some pictures have them. */
    readonly mixed: { readonly boxed: number; readonly unboxed: number };
  };

/** Where a tier computes: `full` on a GPU if there is one. */
const placeOf = ({ tier, threads }: Trial): Omit<CompileOptions, "random"> =>
  tier === "full"
    ? { threads, spinning: false }
    : { runtime: "onnx", device: "cpu", threads, spinning: false };

/** What a row and its training pictures make of a benchmark's configuration. */
function configurationOf(
  { mixed: { boxed, unboxed }, ...base }: BaseConfiguration,
  { fusion, tasks, auxiliaries, oracle }: RowOptions,
  isMixed: boolean,
): Configuration {
  return configuration({
    ...base,
    block: fusion === null ? null : { tasks, fusion },
    auxiliaries,
    geometryInputs: oracle,
    ...(isMixed && { boxed, batchSize: boxed + unboxed }),
  });
}

const shown = (value: number | null | undefined): number | null => value ?? null;

/** The test metrics of a table, null where a row has no such task. */
function testMetrics({ metrics }: DetectorScores): TrialResult["metrics"] {
  const { detection, scene, depth, normals } = metrics;
  return {
    "test/AP": shown(detection!["AP"]),
    "test/AP50": shown(detection!["AP50"]),
    "test/AP75": shown(detection!["AP75"]),
    "test/AP-small": shown(detection!["AP-small"]),
    "test/AP-medium": shown(detection!["AP-medium"]),
    "test/AP-large": shown(detection!["AP-large"]),
    "test/scene-accuracy": shown(scene?.["accuracy"]),
    "test/depth-log-mae": shown(depth?.["log-mae"]),
    "test/normals-mean-angle": shown(normals?.["mean-angle"]),
  };
}

/** One value a look. */
function curvesOf(history: readonly EpochRecord[], auxiliaries: readonly string[]): TrialResult["curves"] {
  const series = (f: (record: EpochRecord) => number | null | undefined): (number | null)[] =>
    history.map((record) => f(record) ?? null);
  return {
    "train/loss": series(({ losses }) => losses["detection"]),
    "validation/AP": series(({ validation }) => validation["detection"]?.["AP"]),
    ...(auxiliaries.includes("scene") && {
      "validation/scene-accuracy": series(({ validation }) => validation["scene"]?.["accuracy"]),
    }),
    ...Object.fromEntries(
      auxiliaries.map((task) => [`weight/${task}`, series(({ weights }) => weights[task])]),
    ),
  };
}

/**
 * One seed of one row: training with selection by AP on the validation pictures, then one look at the test pictures.
 *
 * @param base what all rows of the benchmark have in common
 * @param weights that the backbone begins with
 */
export async function runTrial(
  data: Data,
  base: BaseConfiguration,
  trial: Trial,
  weights?: WeightFile,
): Promise<TrialResult> {
  const options = trial.options as unknown as RowOptions;
  const { auxiliaries, shuffled, rule, scale } = options;
  const boxed = data.train.filter(({ has }) => has.detection);
  // Without auxiliary losses nothing can be learned from pictures that have no boxes.
  const pictures = auxiliaries.length > 0 ? data.train : boxed;
  const train = shuffled ? shuffledAuxiliaries(pictures, Random.seeded(trial.seed, "shuffled")) : pictures;
  const chosen = configurationOf(base, options, train.length > boxed.length);
  const trained = await trainDetector({
    train,
    validation: data.validation,
    classes: data.classes,
    scenes: data.scenes,
    configuration: chosen,
    method: ruleOf(rule, scale),
    seed: trial.seed,
    directory: trial.directory,
    ...(weights && { start: startingParams(chosen, data, trial.seed, weights) }),
    onEpoch: ({ epoch, step, validation }) =>
      trial.progress(
        (0.95 * (epoch + 1)) / base.looks,
        `step ${step}, AP ${validation["detection"]?.["AP"]?.toFixed(2)}`,
      ),
    ...placeOf(trial),
  });
  const test = await trained.evaluate(data.test);
  const shifted = data.shifted && (await trained.evaluate(data.shifted));
  await trained.dispose();
  return {
    metrics: {
      "validation/AP": shown(trained.best?.ap),
      ...testMetrics(test),
      ...(shifted && { "test/AP-shifted": shown(shifted.metrics["detection"]!["AP"]) }),
    },
    curves: curvesOf(trained.history, auxiliaries),
    notes: notesOf(trained, test, train.length, boxed.length),
    ...(data.datasets && { datasets: data.datasets }),
    runtime: trial.tier === "full" ? "onnx/auto" : "onnx/cpu",
  };
}

function notesOf(trained: Trained, { byClass }: DetectorScores, pictures: number, boxed: number): string[] {
  const { best, history, configuration } = trained;
  const classes = byClass.map(({ name, AP }) => `${name} ${AP === null ? "none" : (100 * AP).toFixed(1)}`);
  const rows =
    configuration.boxed === undefined
      ? ""
      : `, ${configuration.boxed} of ${configuration.batchSize} rows of a batch with boxes`;
  return [
    `${pictures} training pictures, ${boxed} with boxes${rows}; look ${best === null ? "none" : best.look + 1} of ${history.length} kept`,
    `test AP by class: ${classes.join(", ")}`,
  ];
}
