import { rmSync } from "node:fs";
import { join } from "node:path";
import type { CompileOptions, FitCallback } from "@outrigger/core";
import { textTable } from "@outrigger/core/command/text-table";
import { OutriggerError } from "@outrigger/core/error";
import { type Configuration, differences, flagOf, valueOf } from "../setup/configuration.ts";
import {
  readModel,
  readRecord,
  type SavedModel,
  trainingFolder,
  writeParams,
  writeRecord,
} from "../setup/model-folder.ts";
import { prepare } from "../setup/prepare.ts";
import { trainDecoder } from "../train/train.ts";
import { scoresOf } from "./eval.ts";
import { usualLengths } from "./lengths.ts";
import { percent } from "./percent.ts";

/** Where and how a training runs; but for the number of threads nothing of it changes a number. */
export interface TrainSetting extends Pick<CompileOptions, "threads"> {
  /** The model folder. */
  readonly out: string;
  /** Starts anew where the folder holds a run already. */
  readonly fresh?: boolean;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  readonly print: (text: string) => void;
  readonly progress: FitCallback;
  /** Aborting it ends the training after a step, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a model into a folder, or goes on with what is there, and prints a table of exact match by length.
 *
 * @returns the exit code: 0, or 130 when stopped by the signal.
 * @throws OutriggerError `bad-option` for options that do not fit together or with the folder, and as `trainDecoder`.
 */
export async function trainCommand(configuration: Configuration, setting: TrainSetting): Promise<number> {
  const { out, print, threads, signal, progress, checkpointEvery } = setting;
  if (setting.fresh) clear(out);
  checkFolder(out, configuration);
  const prepared = prepare(configuration);
  const { decoder, tasks } = prepared;
  if (readRecord(out)?.budget === undefined) {
    print(introduction(configuration, out));
    writeRecord(out, prepared);
    const { steps, seed, mixing, batch, learningRate } = configuration;
    const trained = await trainDecoder({
      decoder,
      tasks,
      mixing,
      steps,
      seed,
      learningRate,
      batchSize: batch,
      directory: trainingFolder(out),
      checkpointEvery,
      progress,
      ...(threads !== undefined && { threads }),
      ...(signal && { signal }),
    });
    if (trained.stopped === "signal") {
      print(`Stopped. The same command goes on from here, bit for bit; ${out} is kept.`);
      return 130;
    }
    writeParams(out, trained.params);
    writeRecord(out, prepared, { budget: trained.budget, losses: trained.losses });
  } else print(`${out} is trained already.`);
  print(await table(readModel(out), threads));
  print(`\nFor the whole curve: outrigger-seq eval ${out}`);
  return 0;
}

function clear(out: string): void {
  // Only what a training writes, whatever else the folder may hold.
  for (const name of ["model.json", "model.safetensors"]) rmSync(join(out, name), { force: true });
  rmSync(trainingFolder(out), { recursive: true, force: true });
}

function checkFolder(out: string, configuration: Configuration): void {
  const record = readRecord(out);
  if (record === null) return;
  const differ = differences(record.configuration, configuration);
  if (differ.length === 0) return;
  const list = differ.map(
    (name) =>
      `${flagOf(name)} (was ${valueOf(record.configuration, name)}, now ${valueOf(configuration, name)})`,
  );
  throw new OutriggerError(
    "bad-option",
    `${out} holds a run with other options: ${list.join(", ")}. Give the same options, another --out, or --fresh to start anew.`,
    { differ },
  );
}

function introduction(configuration: Configuration, out: string): string {
  const { task, trainLength, shortest, long, position, auxiliary, share, steps, batch, seed } = configuration;
  const helped =
    auxiliary.length === 0
      ? "no auxiliary"
      : `${auxiliary.join(" and ")} in ${percent(share)} of the steps${configuration.mixing === "rows" ? "' rows" : ""}`;
  const reach = auxiliary.some((name) => name.includes("restriction"))
    ? `, restrictions from lengths up to ${long}`
    : "";
  return `${task}, lengths ${shortest} to ${trainLength}${reach}; ${position}, ${helped}; ${steps} steps of ${batch} sequences, seed ${seed}; into ${out}`;
}

/** Exact match by length, of a few sequences each. */
async function table(model: SavedModel, threads?: number): Promise<string> {
  const { trainLength, long } = model.configuration;
  const scores = await scoresOf(model, usualLengths(trainLength, long, model.task.minimum), {
    samples: 128,
    testSeed: 0,
    ...(threads !== undefined && { threads }),
  });
  const rows = scores.map(({ length, exactMatch, tokenAccuracy }) => [
    String(length),
    percent(exactMatch),
    percent(tokenAccuracy),
    length === trainLength ? "the longest in training" : "",
  ]);
  return `\n${textTable(["length", "exact match", "per token", ""], rows)}`;
}
