import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import { type Column, standardize } from "@outrigger/core/data/column";
import { adam } from "@outrigger/core/optimize/adam";
import { adamw } from "@outrigger/core/optimize/adamw";
import { cosineDecay } from "@outrigger/core/optimize/schedule";
import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import { keepDiagnostics, summarizeDiagnostics } from "@outrigger/core/train/diagnostics/summary";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import type { EpochRecord } from "@outrigger/core/train/history";
import { regression } from "@outrigger/core/train/task";
import { correlationWeights, descriptorColumns, selectDescriptors } from "../auxiliary/descriptor-tasks.ts";
import { type Inputs, modelInputs } from "../batch/model-inputs.ts";
import { descriptors } from "../feature/featurize.ts";
import { type ModelChoice, moleculeModel } from "../model/molecule-model.ts";
import type { Auxiliaries } from "./arms.ts";
import { type Problem, reduced } from "./problem.ts";
import { makeRule } from "./rules.ts";
import { type ModelName, modelChoice, type Settings } from "./settings.ts";

type TrialOptions = Settings & {
  readonly rule: string;
  readonly auxiliaries: Auxiliaries;
  readonly scale?: number;
  readonly weightDecay?: number;
};

/** Descriptors of a trial, standardised on the training molecules, by name; none for the single task. */
async function chosenColumns(
  problem: Problem,
  auxiliaries: Auxiliaries,
  seed: number,
): Promise<Record<string, Column>> {
  if (auxiliaries === "none") return {};
  const rows = await descriptors(problem.smiles);
  const choice = auxiliaries === "inputs" ? "chosen" : auxiliaries;
  const { train } = problem.split;
  return descriptorColumns(rows, selectDescriptors(choice, rows, train, seed), train);
}

/** One series an epoch: errors of the primary, and weight and gradient cosine of every auxiliary. */
function curvesOf(
  history: readonly EpochRecord[],
  target: string,
  auxiliaries: readonly string[],
): TrialResult["curves"] {
  const series = (f: (record: EpochRecord) => number | null | undefined): (number | null)[] =>
    history.map((record) => f(record) ?? null);
  return {
    "train/loss": series(({ losses }) => losses[target]),
    "validation/rmse": series(({ validation }) => validation[target]?.["rmse"]),
    ...Object.fromEntries(
      auxiliaries.map((name) => [`weight/${name}`, series(({ weights }) => weights[name])]),
    ),
    ...Object.fromEntries(
      auxiliaries
        .filter((name) => history.some(({ cosines }) => cosines[name] !== null))
        .map((name) => [`cosine/${name}`, series(({ cosines }) => cosines[name])]),
    ),
  };
}

/** In words: when training stopped, which auxiliaries there were, and the weight that each had on average. */
function notesOf<B>(
  { history, best, stopped }: Fitted<B>,
  auxiliaries: readonly string[],
  inputs: readonly string[],
): string[] {
  const mean = (name: string): number =>
    history.reduce((sum, { weights }) => sum + weights[name]!, 0) / history.length;
  const weights = auxiliaries.map((name) => `${name} ${mean(name).toPrecision(3)}`);
  return [
    `best epoch ${best === null ? "none" : best.epoch + 1} of ${history.length}, stopped by ${stopped}`,
    ...(weights.length > 0 ? [`mean auxiliary weights: ${weights.join(", ")}`] : []),
    ...(inputs.length > 0 ? [`inputs: ${inputs.join(", ")}`] : []),
  ];
}

/** Adam, with decoupled weight decay where the arm tunes it, and a rate that falls to 0 along half a cosine over all epochs. */
function optimizerOf({ learningRate, weightDecay = 0, epochs }: TrialOptions, stepsPerEpoch: number) {
  const rate = cosineDecay({ peak: learningRate, steps: epochs * stepsPerEpoch });
  return weightDecay > 0 ? adamw({ learningRate: rate, weightDecay }) : adam({ learningRate: rate });
}

/**
 * The looks at gradients and affinities that the report shows: 24 and 8 over the longest run, of three seeds, where there are no more
 * auxiliaries than a plot can show. They change no number. A run of the smoke tier has a dozen steps on a slow executor: fewer looks, one seed.
 */
function diagnosticsOf({ seed, tier }: Trial, auxiliaries: number, steps: number) {
  const [seeds, looks, affinities] = tier === "smoke" ? [1, 5, 2] : [3, 24, 8];
  if (seed >= seeds || auxiliaries === 0 || auxiliaries > 8) return undefined;
  return { gradientsEvery: Math.ceil(steps / looks), affinityEvery: Math.ceil(steps / affinities) };
}

async function train(
  trial: Trial,
  options: TrialOptions,
  problem: Problem,
  columns: Record<string, Column>,
  choice: ModelChoice,
  inputs: Inputs,
): Promise<TrialResult> {
  const { target, split } = problem;
  const { column: primary, scaler } = standardize(problem.labels, split.train);
  const auxiliaries = options.auxiliaries === "inputs" ? {} : columns;
  const names = Object.keys(auxiliaries);
  const labels = { [target]: primary, ...auxiliaries };
  const batches = (rows: readonly number[]) =>
    inputs.batches({ columns: labels, rows, batchSize: options.batchSize, requireLabels: true });
  const training = batches(split.train);
  const context = {
    correlations: correlationWeights(primary, Object.values(auxiliaries), split.train),
    epochs: options.epochs,
  };
  const runtime =
    trial.tier === "smoke"
      ? ({ runtime: "tfjs", device: "cpu" } as const)
      : ({ runtime: "onnx", device: "cpu" } as const);
  const tasks = [
    regression({ name: target, role: "primary", scaler }),
    ...names.map((name) => regression({ name, role: "auxiliary" })),
  ];
  const diagnostics = diagnosticsOf(trial, names.length, options.epochs * training.size);
  const records: DiagnosticRecord[] = [];
  const { model } = moleculeModel(choice, {
    tasks: [target, ...names],
    extra: Object.keys(inputs.extra).length,
  });
  const fitted = await fit(model, {
    tasks,
    method: makeRule(options.rule, options.scale ?? 1, context),
    optimizer: optimizerOf(options, training.size),
    train: training,
    validation: batches(split.validation),
    epochs: options.epochs,
    patience: options.patience,
    seed: trial.seed,
    ...(diagnostics && { diagnostics }),
    progress: "none",
    callbacks: [keepDiagnostics(records)],
    onEpoch: ({ epoch, validation }) =>
      trial.progress(
        (epoch + 1) / options.epochs,
        `epoch ${epoch + 1}, rmse ${validation[target]?.["rmse"]?.toFixed(3)}`,
      ),
    ...runtime,
    threads: trial.threads,
    spinning: false,
  });
  const test = await fitted.evaluate(batches(split.test));
  await fitted.dispose();
  return {
    metrics: {
      "validation/rmse": fitted.best?.value ?? null,
      "test/rmse": test[target]?.["rmse"] ?? null,
      "test/mae": test[target]?.["mae"] ?? null,
    },
    curves: curvesOf(fitted.history, target, names),
    ...(diagnostics && { diagnostics: summarizeDiagnostics(records, tasks) }),
    notes: notesOf(fitted, names, Object.keys(inputs.extra)),
    datasets: problem.datasets,
    runtime: runtime.runtime === "tfjs" ? "tfjs/cpu" : "onnx/cpu",
  };
}

/**
 * One seed of one arm: features, labels standardised on the training molecules, training with selection on validation, and one look
 * at the test molecules with the parameters of the best epoch.
 *
 * Auxiliary labels are computed from the molecules' structure alone, so validation and test labels of the primary are never seen.
 */
export async function runExperiment(whole: Problem, trial: Trial): Promise<TrialResult> {
  const options = trial.options as unknown as TrialOptions;
  const problem = await reduced(whole, options.molecules);
  const columns = await chosenColumns(problem, options.auxiliaries, trial.seed);
  const extra = options.auxiliaries === "inputs" ? columns : {};
  const choice = modelChoice(trial.group as ModelName, options);
  const inputs = await modelInputs(choice, problem.smiles, extra);
  return train(trial, options, problem, columns, choice, inputs);
}
