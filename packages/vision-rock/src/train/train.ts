import { adamw } from "@outrigger/core/optimize/adamw";
import { cosineDecay } from "@outrigger/core/optimize/schedule";
import type { Evaluation } from "@outrigger/core/train/evaluate";
import { type FitOptions, fit } from "@outrigger/core/train/fit";
import type { EpochRecord } from "@outrigger/core/train/history";
import type { Method } from "@outrigger/core/train/method";
import type { Params } from "@outrigger/core/train/model";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { CompactSample } from "../batch/compact-sample.ts";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { orderedBatches, trainingBatches } from "../batch/detection-batches.ts";
import type { DetectOptions } from "../detector/detect.ts";
import { type CategoryRow, categoryTable } from "../evaluate/summary.ts";
import { measuredDetection } from "./average-precision-task.ts";
import { type Configuration, configuration, iterationsOfLook } from "./configuration.ts";
import { type Network, networkOf } from "./network.ts";

/** What goes to `fit` as it is. */
const passedOn = [
  "callbacks",
  "checkpointEvery",
  "device",
  "diagnostics",
  "directory",
  "onEpoch",
  "onNonFinite",
  "progress",
  "resume",
  "runtime",
  "signal",
  "spinning",
  "start",
  "threads",
] as const;
type Passed = Pick<FitOptions<DetectionBatch>, (typeof passedOn)[number]>;

export interface TrainOptions extends Passed {
  readonly train: readonly CompactSample[];
  /** Selects the look that is kept; never anything else. */
  readonly validation: readonly CompactSample[];
  /** Held out from both, for methods that look at the primary on unseen data. */
  readonly dev?: readonly CompactSample[];
  /** Names of the classes of objects and of scenes. */
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
  /** Default: that of `configuration()`. */
  readonly configuration?: Partial<Configuration>;
  /** What weighs the tasks. Default: weights 1, so that the configuration's `weights` decide. */
  readonly method?: Method;
  /** Every random number of the run follows from it. */
  readonly seed: number;
  /** Which boxes count in evaluations. */
  readonly detect?: DetectOptions;
}

/** How good a detector is on samples. */
export interface DetectorScores {
  /** AP and its kin in per cent, the other tasks' metrics in their own units; by task and name, `loss` among them. */
  readonly metrics: Evaluation;
  /** AP by class, as shares. */
  readonly byClass: readonly CategoryRow[];
}

/** A trained detector. */
export interface Trained {
  readonly configuration: Configuration;
  readonly network: Network;
  /** Of the look that was best on validation. */
  readonly params: Params;
  /** The best look, counted from 0, and its AP on validation in per cent; null for a run that was stopped before the first. */
  readonly best: { readonly look: number; readonly ap: number } | null;
  /** One record a look. */
  readonly history: readonly EpochRecord[];
  readonly stopped: "epochs" | "patience" | "signal";
  evaluate(samples: readonly CompactSample[]): Promise<DetectorScores>;
  /** Frees the native sessions; evaluate then compiles again. */
  dispose(): Promise<void>;
}

/**
 * Trains a detector with its auxiliaries: AdamW, a linear warm-up and half a cosine; every look at the validation pictures measures AP, and the
 * parameters of the best look are returned.
 *
 * Runs with the same seed draw the same pictures and views in the same order, whatever their network, if their batches have the same numbers of rows.
 * With a `directory` a run that was interrupted goes on bit for bit.
 *
 * @throws VisionRockError "bad-option" as `configuration` and `trainingBatches`, OutriggerError as `fit`: "bad-data" for validation samples without boxes
 *
 * Cost: that of `iterations` steps and `looks` passes over the validation pictures.
 *
 * @example
 * const set = roomSet({ split: "train", count: 600 });
 * const trained = await trainDetector({
 *   train: await preload(set),
 *   validation: await preload(roomSet({ split: "validation", count: 150 })),
 *   classes: set.classes, scenes: set.scenes, seed: 0, directory: "runs/rooms",
 * });
 */
export async function trainDetector(options: TrainOptions): Promise<Trained> {
  const { train, validation, dev, classes, scenes, method = uniform(), seed, detect } = options;
  const chosen = configuration(options.configuration);
  const { augment, boxed, batchSize, looks, geometryInputs, learningRate, warmup, weightDecay } = chosen;
  const network = networkOf(chosen, { classes: classes.length, scenes: scenes.length });
  const { model, map, priors } = network;
  const [first, ...auxiliaries] = network.tasks;
  const detection = measuredDetection(first!, priors, classes, detect);
  const batching = { map, priors, batchSize, geometryInputs };
  const steps = iterationsOfLook(chosen);
  const passed: Passed = Object.fromEntries(
    passedOn.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const ordered = (samples: readonly CompactSample[]): ReturnType<typeof orderedBatches> =>
    detection.batches(orderedBatches(samples, batching), samples);
  const drawn = (samples: readonly CompactSample[]): ReturnType<typeof trainingBatches> =>
    trainingBatches(samples, { ...batching, steps, augment, ...(boxed !== undefined && { boxed }) });
  const total = steps * looks;
  const rate = cosineDecay({ peak: learningRate, steps: total, warmup: Math.floor(warmup * total) });
  const fitted = await fit(model, {
    ...passed,
    tasks: [detection.task, ...auxiliaries],
    method,
    optimizer: adamw({ learningRate: rate, weightDecay }),
    frozen: model.frozen,
    train: drawn(train),
    validation: ordered(validation),
    ...(dev && { dev: drawn(dev) }),
    epochs: looks,
    seed,
    maxGradientNorm: chosen.maxGradientNorm,
    progress: options.progress ?? "none",
  });
  return {
    configuration: chosen,
    network,
    params: fitted.params,
    best: fitted.best && { look: fitted.best.epoch, ap: fitted.best.value },
    history: fitted.history,
    stopped: fitted.stopped,
    async evaluate(samples) {
      const metrics = await fitted.evaluate(ordered(samples));
      const evaluation = detection.evaluation();
      return { metrics, byClass: evaluation ? categoryTable(evaluation) : [] };
    },
    dispose: () => fitted.dispose(),
  };
}
