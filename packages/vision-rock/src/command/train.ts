import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FitCallback } from "@outrigger/core/train/callback/event";
import { replaceFile } from "@outrigger/core/train/disk";
import type { WeightFile } from "../backbone/import-resnet50.ts";
import { VisionRockError } from "../error.ts";
import { methodNamed } from "../method/methods.ts";
import { makeDetector } from "../predictor/detector.ts";
import { readRecord, trainingFolder, writeDetector } from "../predictor/folder.ts";
import { type DetectorRecord, FORMAT, VERSION } from "../predictor/record.ts";
import type { TrainingReport, TrainingRun } from "../predictor/training-report.ts";
import { AUXILIARIES } from "../rock/auxiliary.ts";
import { type Configuration, configuration, iterationsOfLook } from "../train/configuration.ts";
import { type Trained, trainDetector } from "../train/train.ts";
import { differences, shownAt } from "./differences.ts";
import { factsOf, readSets, type Sets } from "./sets.ts";
import { readWeights, startingParams } from "./starting-params.ts";
import { resultText, setText } from "./train-text.ts";

/** Where and how a training runs; but for the number of threads nothing of it changes a number. */
export interface TrainSetting {
  /** The detector's folder. */
  readonly out: string;
  /** Starts anew where the folder holds a run already. */
  readonly fresh?: boolean;
  /** Whether report.html is written. */
  readonly report: boolean;
  readonly threads?: number;
  /** Aborting it ends the training after a step, with a checkpoint. */
  readonly signal?: AbortSignal;
  readonly print: (text: string) => void;
  readonly progress: FitCallback;
  /** Called before a set is read; what it returns is called with the number of pictures read. */
  readonly reading: (what: string, pictures: number) => (done: number) => void;
}

/** What decides a training. */
export interface Chosen {
  readonly run: TrainingRun;
  readonly configuration: Configuration;
}

/**
 * Trains a detector into a folder, or goes on with what is there, and prints how good it is.
 *
 * @returns the exit code: 0, or 130 when stopped by the signal.
 * @throws VisionRockError "bad-option" for a folder that holds a run with other options, and as `readSets` and `trainDetector`.
 */
export async function trainCommand(chosen: Chosen, setting: TrainSetting): Promise<number> {
  const { out, signal, print } = setting;
  if (setting.fresh) clear(out);
  const finished = readRecord(out);
  if (finished !== null) {
    checkSame(out, { run: finished.report.run, configuration: finished.report.asked }, chosen);
    print(`${out} is trained already; --fresh starts anew.`);
    print(resultText(finished));
    return 0;
  }
  if (existsSync(begunOf(out)))
    checkSame(out, JSON.parse(readFileSync(begunOf(out), "utf8")) as Chosen, chosen);
  // Before the pictures, which take longer.
  const weights = chosen.run.weights === null ? null : readWeights(chosen.run.weights);
  const sets = await stoppable(signal, () => read(chosen, setting));
  const trained = sets && (await stoppable(signal, () => train(chosen, weights, sets, setting)));
  if (!sets || !trained?.best || trained.stopped === "signal") {
    await trained?.dispose();
    print(`Stopped. The same command goes on from here; ${out} is kept.`);
    return 130;
  }
  const record = await recordOf(chosen, sets, trained);
  writeDetector(out, record, trained.params);
  // Checkpoints are several times the detector, and of no use any more.
  rmSync(trainingFolder(out), { recursive: true, force: true });
  await trained.dispose();
  print(resultText(record));
  if (setting.report) {
    const { reportPage } = await import("../report/report-page.ts");
    const detector = makeDetector({ record, network: trained.network, params: trained.params });
    const page = await reportPage(detector, sets.test ?? sets.validation);
    await detector.dispose();
    replaceFile(join(out, "report.html"), [new TextEncoder().encode(page)]);
    print(`${join(out, "report.html")} shows it in pictures.`);
  }
  print(`\nTo detect: outrigger-vision detect photo.jpg --model ${out}`);
  return 0;
}

/** What `work` gives, or null if the signal ended it. */
async function stoppable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted && error === signal.reason) return null;
    throw error;
  }
}

async function read({ run, configuration: { width, height } }: Chosen, setting: TrainSetting): Promise<Sets> {
  const { threads, signal, reading, print } = setting;
  const sets = await readSets(run, {
    width,
    height,
    progress: reading,
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
  print(setText("training", factsOf(sets.train, sets)));
  print(setText("validation", factsOf(sets.validation, sets)));
  if (sets.test) print(setText("test", factsOf(sets.test, sets)));
  return sets;
}

async function train(
  chosen: Chosen,
  weights: WeightFile | null,
  sets: Sets,
  setting: TrainSetting,
): Promise<Trained> {
  const { out, signal, threads, progress, print } = setting;
  const { run } = chosen;
  const used = balanced(trainable(chosen.configuration, sets, print), sets);
  const start = weights && startingParams(used, sets, run.seed, weights);
  return trainDetector({
    train: sets.train,
    validation: sets.validation,
    classes: sets.classes,
    scenes: sets.scenes,
    configuration: used,
    method: methodNamed(run.method),
    seed: run.seed,
    directory: trainingFolder(out),
    callbacks: [
      // Not before: a mistake that ends the command must not bind the folder to its options.
      (event) => {
        if (event.kind === "start") writeBegun(out, chosen);
      },
      progress,
    ],
    ...(start && { start }),
    ...(threads !== undefined && { threads }),
    ...(signal && { signal }),
  });
}

/** With half of every batch boxed where some pictures are not, unless it is said otherwise: few boxes would else be rare ones. */
function balanced(chosen: Configuration, { train: samples }: Sets): Configuration {
  if (chosen.boxed !== undefined || samples.every(({ has }) => has.detection)) return chosen;
  return { ...chosen, boxed: Math.max(1, Math.round(chosen.batchSize / 2)) };
}

/** Without the auxiliaries that no training picture has labels of. */
function trainable(chosen: Configuration, sets: Sets, print: (text: string) => void): Configuration {
  if (chosen.block === null) return chosen;
  const { annotated } = factsOf(sets.train, sets);
  const tasks = AUXILIARIES.filter((task) => chosen.block!.tasks.includes(task));
  const kept = tasks.filter((task) => annotated[task] > 0);
  if (kept.length === tasks.length) return chosen;
  const missing = tasks.filter((task) => annotated[task] === 0);
  print(`No training picture has ${missing.join(" or ")}: trained without.`);
  const { auxiliaries: _, ...rest } = chosen;
  return configuration({ ...rest, block: kept.length === 0 ? null : { ...chosen.block, tasks: kept } });
}

async function recordOf(
  { run, configuration: asked }: Chosen,
  sets: Sets,
  trained: Trained,
): Promise<DetectorRecord> {
  const step = iterationsOfLook(trained.configuration);
  const report: TrainingReport = {
    run,
    asked,
    sets: {
      train: factsOf(sets.train, sets),
      validation: factsOf(sets.validation, sets),
      ...(sets.test && { test: factsOf(sets.test, sets) }),
    },
    looks: trained.history.map(({ epoch, losses, validation }) => ({
      iteration: step * (epoch + 1),
      losses,
      metrics: validation,
    })),
    best: trained.best!,
    scores: {
      validation: await trained.evaluate(sets.validation),
      ...(sets.test && { test: await trained.evaluate(sets.test) }),
    },
  };
  const { classes, scenes } = sets;
  return { format: FORMAT, version: VERSION, configuration: trained.configuration, classes, scenes, report };
}

const begunOf = (out: string): string => join(trainingFolder(out), "options.json");

const writeBegun = (out: string, chosen: Chosen): void =>
  replaceFile(begunOf(out), [new TextEncoder().encode(`${JSON.stringify(chosen, null, 1)}\n`)]);

function clear(out: string): void {
  // Only what a training writes, whatever else the folder may hold.
  for (const name of ["model.json", "model.safetensors", "report.html"])
    rmSync(join(out, name), { force: true });
  rmSync(trainingFolder(out), { recursive: true, force: true });
}

function checkSame(out: string, before: Chosen, now: Chosen): void {
  const differ = differences(before, now);
  if (differ.length === 0) return;
  const list = differ.map((path) => `${path} (was ${shownAt(before, path)}, now ${shownAt(now, path)})`);
  throw new VisionRockError(
    "bad-option",
    `${out} holds a run with other options: ${list.join(", ")}. Give the same options, another --out, or --fresh to start anew.`,
    { differ },
  );
}
