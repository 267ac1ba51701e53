import type { Trial, TrialResult } from "@outrigger/bench/benchmark";
import type { EpochRecord } from "@outrigger/core/train/history";
import { modelInputs } from "../batch/model-inputs.ts";
import { definedTargets, undefinedBecause } from "../target/primary.ts";
import { selectionWords } from "../training/auxiliaries.ts";
import { auxiliaryColumns, type Descriptors, inputColumns } from "./columns.ts";
import { fewLabels } from "./few-labels.ts";
import { type Problem, reduced, withTarget } from "./problem.ts";
import { modelChoice } from "./settings.ts";
import { placeOf, type Trained, type TrainingOptions, trainModel } from "./train.ts";

/** What an arm decides; stored with every row. */
export type TrialOptions = TrainingOptions & {
  /** Candidates of the book that become auxiliary tasks. */
  readonly auxiliaries: Descriptors;
  /** Those that the model reads besides the structure; `all` are the descriptors. */
  readonly inputs: Descriptors;
  /** One model for all targets, or one for each. Default together. */
  readonly models?: "together" | "separate";
  /** Training molecules, for studies with few labels; 0 or nothing for all. */
  readonly labels?: number;
};

const metricOf = ({ targets }: Problem): "rmse" | "roc-auc" =>
  targets.kind === "regression" ? "rmse" : "roc-auc";

/** Every metric of the table is there, null until something is known. */
const unknown = (problem: Problem): TrialResult["metrics"] => {
  const name = metricOf(problem);
  return {
    [`validation/${name}`]: null,
    [`test/${name}`]: null,
    ...(name === "rmse" && { "test/mae": null }),
  };
};

/** More auxiliaries than a plot can show have no series. */
const MOST_CURVES = 12;

/** One series an epoch: errors of the primary, and weight and gradient cosine of every auxiliary. */
function curvesOf(
  history: readonly EpochRecord[],
  target: string,
  metric: string,
  auxiliaries: readonly string[],
): TrialResult["curves"] {
  const series = (f: (record: EpochRecord) => number | null | undefined): (number | null)[] =>
    history.map((record) => f(record) ?? null);
  const drawn = auxiliaries.length > MOST_CURVES ? [] : auxiliaries;
  const measured = drawn.filter((name) => history.some(({ cosines }) => cosines[name] !== null));
  return {
    "train/loss": series(({ losses }) => losses[target]),
    [`validation/${metric}`]: series(({ validation }) => validation[target]?.[metric]),
    ...Object.fromEntries(drawn.map((name) => [`weight/${name}`, series(({ weights }) => weights[name])])),
    ...Object.fromEntries(measured.map((name) => [`cosine/${name}`, series(({ cosines }) => cosines[name])])),
  };
}

/** In words: the weight that each auxiliary had on average. */
function weightNote(history: readonly EpochRecord[], auxiliaries: readonly string[]): string[] {
  const mean = (name: string): number =>
    history.reduce((sum, { weights }) => sum + weights[name]!, 0) / history.length;
  if (auxiliaries.length > MOST_CURVES) {
    const means = auxiliaries.map(mean);
    const [least, most] = [Math.min(...means), Math.max(...means)].map((value) => value.toPrecision(3));
    return [`mean weights of ${auxiliaries.length} auxiliaries: ${least} to ${most}`];
  }
  const weights = auxiliaries.map((name) => `${name} ${mean(name).toPrecision(3)}`);
  return weights.length > 0 ? [`mean auxiliary weights: ${weights.join(", ")}`] : [];
}

/** Which parts leave the metric undefined, in words; nothing is put in its place. */
const undefinedParts = ({ targets, split }: Problem): string[] =>
  (["validation", "test"] as const).flatMap((part) => {
    const why = undefinedBecause(targets, split[part]);
    return why === null ? [] : [`${targets.name} has no metric in the ${part} part: ${why}`];
  });

/** In words: how many of several targets are in the mean of the test part. */
function targetsNote({ targets, split }: Problem): string[] {
  const all = Object.keys(targets.columns);
  const found = definedTargets(targets, split.test);
  if (all.length === 1 || found.length === all.length) return [];
  const without = all.filter((target) => !found.includes(target));
  return [
    `the test metric is the mean over ${found.length} of ${all.length} targets; one class only: ${without.join(", ")}`,
  ];
}

type Model = (problem: Problem) => Promise<Trained>;

/** One model for all targets. */
async function together(
  problem: Problem,
  train: Model,
  auxiliaries: readonly string[],
): Promise<Partial<TrialResult>> {
  const name = metricOf(problem);
  const { validation, test, epochs, ended, diagnostics } = await train(problem);
  return {
    metrics: {
      [`validation/${name}`]: validation,
      [`test/${name}`]: test[name] ?? null,
      ...(name === "rmse" && { "test/mae": test["mae"] ?? null }),
    },
    curves: curvesOf(epochs, problem.targets.name, name, auxiliaries),
    ...(diagnostics && { diagnostics }),
    notes: [ended, ...weightNote(epochs, auxiliaries), ...targetsNote(problem)],
  };
}

/** A model for each target with a metric in validation and test; metrics are means over these. */
async function separately(problem: Problem, train: Model): Promise<Partial<TrialResult>> {
  const name = metricOf(problem);
  const found: Trained[] = [];
  const left: string[] = [];
  for (const target of Object.keys(problem.targets.columns)) {
    const own = withTarget(problem, target);
    const why = undefinedParts(own);
    if (why.length > 0) left.push(...why);
    else found.push(await train(own));
  }
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
  const known = (values: readonly (number | null | undefined)[]): number[] =>
    values.filter((value): value is number => typeof value === "number");
  return {
    metrics: {
      ...unknown(problem),
      [`validation/${name}`]: mean(known(found.map(({ validation }) => validation))),
      [`test/${name}`]: mean(known(found.map(({ test }) => test[name]))),
    },
    notes: [`${found.length} models, one a target`, ...left],
  };
}

/**
 * One seed of one arm: features, training with selection on validation, and one look at the test molecules.
 *
 * Where the metric is undefined in validation or test, because no target has both classes there, nothing is trained: the metrics are null and a note
 * says why.
 */
export async function runExperiment(whole: Problem, trial: Trial): Promise<TrialResult> {
  const options = trial.options as unknown as TrialOptions;
  const some = reduced(whole, options.molecules);
  const problem = options.labels ? fewLabels(some, options.labels, trial.seed) : some;
  const runtime = placeOf(trial);
  const frame = { datasets: problem.datasets, runtime: `${runtime.runtime}/${runtime.device}` };
  const why = undefinedParts(problem);
  if (why.length > 0) return { metrics: unknown(problem), notes: why, ...frame };
  const tasks = await auxiliaryColumns(problem, options.auxiliaries, trial.seed);
  const auxiliaries = tasks?.columns ?? {};
  const extra = await inputColumns(problem, options.inputs, trial.seed);
  const inputs = await modelInputs(modelChoice(options), problem.smiles, extra);
  const train: Model = (part) => trainModel(trial, options, part, inputs, auxiliaries);
  const result =
    options.models === "separate"
      ? await separately(problem, train)
      : await together(problem, train, Object.keys(auxiliaries));
  const sizes = `${problem.split.train.length} molecules to train on, ${problem.split.validation.length} to validate, ${problem.split.test.length} to test`;
  const names = Object.keys(extra);
  const notes = [
    ...result.notes!,
    sizes,
    ...(tasks ? [`auxiliary tasks: ${selectionWords(tasks.selection)}`, ...tasks.selection.notes] : []),
    ...(names.length > 0 ? [`inputs: ${names.join(", ")}`] : []),
  ];
  return { ...result, metrics: result.metrics!, notes, ...frame };
}
