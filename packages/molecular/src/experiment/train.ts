import type { Trial } from "@outrigger/bench/benchmark";
import type { Column } from "@outrigger/core/data/column";
import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import {
  type DiagnosticSummary,
  keepDiagnostics,
  summarizeDiagnostics,
} from "@outrigger/core/train/diagnostics/summary";
import type { Evaluation } from "@outrigger/core/train/evaluate";
import type { EpochRecord } from "@outrigger/core/train/history";
import type { Batches, Host } from "@outrigger/core/train/model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import { correlationWeights } from "../auxiliary/descriptor-tasks.ts";
import type { Inputs } from "../batch/model-inputs.ts";
import { cosineAdam } from "../method/cosine-adam.ts";
import { trainByName } from "../method/train-by-name.ts";
import { moleculeModel } from "../model/molecule-model.ts";
import { type Primary, primaryOf } from "../target/primary.ts";
import type { Problem } from "./problem.ts";
import { modelChoice, type Settings } from "./settings.ts";

/** How one model is trained in a trial. */
export type TrainingOptions = Settings & {
  /** One of `METHODS`. */
  readonly method: string;
  readonly scale?: number;
  readonly weightDecay?: number;
};

/** What became of it. */
export interface Trained {
  /** Of the best epoch, in the primary's first metric. */
  readonly validation: number | null;
  /** The primary's metrics. */
  readonly test: Evaluation[string];
  readonly epochs: readonly EpochRecord[];
  /** In words: the best epoch of the last stage. */
  readonly ended: string;
  readonly diagnostics?: DiagnosticSummary;
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

/** Static weights for several targets: the mean of those for each. */
function meanCorrelations(
  primary: Primary,
  auxiliaries: readonly Column[],
  train: readonly number[],
): number[] {
  const targets = Object.values(primary.columns);
  const each = targets.map((target) => correlationWeights(target, auxiliaries, train));
  return auxiliaries.map((_, k) => each.reduce((sum, weights) => sum + weights[k]!, 0) / targets.length);
}

/** Where a trial of some tier is computed. */
export const placeOf = ({
  tier,
}: Pick<Trial, "tier">): { readonly runtime: "tfjs" | "onnx"; readonly device: "cpu" } => ({
  runtime: tier === "smoke" ? "tfjs" : "onnx",
  device: "cpu",
});

/**
 * Trains one model on a problem: labels standardised on the training molecules, selection on validation, and one look at the test molecules with
 * the parameters of the best epoch.
 *
 * @param auxiliaries columns of labels that are computed from the molecules' structure alone, so nothing of validation or test is seen
 */
export async function trainModel(
  trial: Trial,
  options: TrainingOptions,
  problem: Problem,
  inputs: Inputs,
  auxiliaries: Readonly<Record<string, Column>>,
): Promise<Trained> {
  const { split } = problem;
  const primary = primaryOf(problem.targets, split.train);
  const target = primary.task.name;
  const metric = primary.task.metrics![0]!.name;
  const names = Object.keys(auxiliaries);
  const columns = { ...primary.columns, ...auxiliaries };
  const batches = (rows: readonly number[]): Batches<Host<ColumnBatch>> =>
    inputs.batches({ columns, rows, batchSize: options.batchSize }) as Batches<Host<ColumnBatch>>;
  const tasks = [primary.task, ...names.map((name) => regression({ name, role: "auxiliary" }))];
  const steps = options.epochs * Math.ceil(split.train.length / options.batchSize);
  const diagnostics = diagnosticsOf(trial, names.length, steps);
  const records: DiagnosticRecord[] = [];
  let done = 0;
  const { model } = moleculeModel(modelChoice(options), {
    tasks: [...primary.heads, ...names],
    extra: Object.keys(inputs.extra).length,
  });
  const fitted = await trainByName(primary.join(model), {
    method: options.method,
    scale: options.scale ?? 1,
    correlations: meanCorrelations(primary, Object.values(auxiliaries), split.train),
    tasks,
    rows: split,
    batches,
    optimizer: cosineAdam(options),
    epochs: options.epochs,
    patience: options.patience,
    seed: trial.seed,
    ...(diagnostics && { diagnostics }),
    progress: "none",
    callbacks: [keepDiagnostics(records)],
    onEpoch: ({ epoch, validation }) => {
      done++;
      const value = validation[target]?.[metric];
      trial.progress(
        Math.min(1, done / options.epochs),
        `epoch ${epoch + 1}, ${metric} ${value?.toFixed(3)}`,
      );
    },
    ...placeOf(trial),
    threads: trial.threads,
    spinning: false,
  });
  const test = await fitted.evaluate(batches(split.test));
  await fitted.dispose();
  const { best, history, stopped, epochs } = fitted;
  const summary = diagnostics && summarizeDiagnostics(records, tasks);
  return {
    validation: best?.value ?? null,
    test: test[target]!,
    epochs,
    ended: `best epoch ${best === null ? "none" : epochs.length - history.length + best.epoch + 1} of ${epochs.length}, stopped by ${stopped}`,
    ...(summary && { diagnostics: summary }),
  };
}
