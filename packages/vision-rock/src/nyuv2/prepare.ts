import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { VisionRockError } from "../error.ts";
import { folderWriter } from "../folder/folder-writer.ts";
import { writeSubset } from "../folder/write-subset.ts";
import type { PlaneNormalsOptions } from "../geometry/plane-normals.ts";
import { type Crop, NYU_VALID } from "./camera.ts";
import { checkMd5, NYU_MD5 } from "./checksum.ts";
import { NYU_CLASSES } from "./classes.ts";
import { type FrameOptions, frameSample } from "./frame-sample.ts";
import { type LabelledFile, openLabelledFile } from "./labelled-file.ts";
import { NYU_SCENES } from "./scenes.ts";
import { chooseValidation, type NyuSplits, readSplits } from "./splits.ts";

/** NICR's tools drop objects below this share of a frame as noise of the annotation: 768 of 640 × 480 pixels. */
const SMALLEST = 0.0025;

export interface PrepareNyuv2Options {
  /** Expected md5 of the file; null: do not check. Default: that of the published file. */
  readonly checksum?: string | null;
  /** "whole" (default): frames as they are, as ROCK uses them. "valid": the 561 × 427 pixels that both cameras see. */
  readonly crop?: "whole" | "valid" | Crop;
  /**
   * Objects of fewer pixels are left out. Default: 0.25 % of the frame, 768 pixels, as NICR's data set tools drop them; smaller ones are mostly scraps of
   * annotation. 0 keeps all, which is what ROCK's published numbers count.
   */
  readonly minPixels?: number;
  /** Depth "filled" in everywhere (default), as ROCK learns it, or only where it was "measured". */
  readonly depth?: FrameOptions["depth"];
  readonly normals?: PlaneNormalsOptions;
  /** Frames of the validation list (default 122) and the seed that chooses its scenes (default 0). */
  readonly validation?: { readonly count?: number; readonly seed?: number };
  readonly onProgress?: (event: PrepareEvent) => void;
  readonly signal?: AbortSignal;
}

export type PrepareEvent =
  | { readonly kind: "checksum"; readonly done: number; readonly total: number }
  /** `skipped` of the `done` frames were there from before a stop. */
  | { readonly kind: "frame"; readonly done: number; readonly total: number; readonly skipped: number };

export interface PreparedNyuv2 {
  /** Frame numbers from 1, which are the ids of images. `fit` and `validation` are parts of `train`. */
  readonly splits: NyuSplits & { readonly fit: readonly number[]; readonly validation: readonly number[] };
  /** Boxes by split. */
  readonly boxes: { readonly train: number; readonly test: number };
  /** Whether all was there already. */
  readonly before: boolean;
}

/** What a finished folder was made with, and what came out. */
const DONE = "nyuv2.json";

/**
 * Makes folders for `readFolder` from the two files of NYU Depth v2: `train` (795 frames) and `test` (654), the official split, and two lists that share
 * the pictures of `train`: `validation` (122 frames of whole scenes; ours, not the paper's) and `fit` (the other 673).
 *
 * After a stop, the same call continues behind the frames that are done; with other options it begins anew.
 *
 * Cost: some 0.8 s of processor time a frame (normals 0.4 s, PNG files 0.2 s), all frames some 20 min on one core; memory: the frames of one chunk, up to
 * 256 MiB an array.
 *
 * @throws VisionRockError "checksum", "stopped", "bad-option", and as `openLabelledFile` and `readSplits`.
 */
export async function prepareNyuv2(
  file: string,
  splitsFile: string,
  out: string,
  options: PrepareNyuv2Options = {},
): Promise<PreparedNyuv2> {
  const { checksum = NYU_MD5, validation = {}, onProgress, signal } = options;
  const bytes = await readFile(splitsFile).catch((error: Error) => {
    throw new VisionRockError("bad-file", `${splitsFile} cannot be read: ${error.message}`, {}, error);
  });
  const labelled = await openLabelledFile(file);
  try {
    const official = readSplits(bytes, labelled.frames, splitsFile);
    const frameOptions = frameOptionsOf(options, labelled);
    const chosen = chooseValidation(
      official.train,
      (frame) => labelled.places[frame - 1]!,
      validation.count,
      validation.seed,
    );
    const held = new Set(chosen);
    const fit = official.train.filter((frame) => !held.has(frame));
    const splits = { ...official, fit, validation: chosen };
    const contents = JSON.stringify({ frameOptions, splits });
    const finished = await finishedBefore(join(out, DONE), contents);
    if (finished !== null) return { splits, boxes: finished, before: true };
    if (checksum !== null) {
      const onBytes = (done: number, total: number) => onProgress?.({ kind: "checksum", done, total });
      await checkMd5(file, checksum, { onBytes, ...(signal && { signal }) });
    }
    // What it says is about to change.
    await rm(join(out, DONE), { force: true });
    const boxes = await writeSplits(out, labelled, official, frameOptions, contents, options);
    for (const part of ["fit", "validation"] as const) {
      await writeSubset(join(out, "train"), join(out, part), splits[part]);
    }
    await writeFile(join(out, DONE), `${JSON.stringify({ contents, boxes })}\n`);
    return { splits, boxes, before: false };
  } finally {
    labelled.close();
  }
}

/** All frames in the order of the file, so that each of its blocks is read once, each into the folder of its split. */
async function writeSplits(
  out: string,
  labelled: LabelledFile,
  splits: NyuSplits,
  frameOptions: FrameOptions,
  contents: string,
  { onProgress, signal }: PrepareNyuv2Options,
): Promise<PreparedNyuv2["boxes"]> {
  const names = { classes: NYU_CLASSES.map(({ name }) => name), scenes: NYU_SCENES };
  const writers = {
    train: await folderWriter(join(out, "train"), names, contents),
    test: await folderWriter(join(out, "test"), names, contents),
  };
  const todo = (["train", "test"] as const)
    .flatMap((split) => splits[split].map((frame) => ({ split, frame })))
    .sort((a, b) => a.frame - b.frame);
  let skipped = 0;
  for (const [i, { split, frame }] of todo.entries()) {
    if (signal?.aborted) {
      throw new VisionRockError(
        "stopped",
        `Stopped after ${i} of ${todo.length} frames. The same call continues.`,
      );
    }
    if (writers[split].has(frame)) skipped++;
    else {
      const [index, { categories, sceneTypes }] = [frame - 1, labelled];
      const stored = labelled.frame(index);
      await writers[split].add(
        frameSample(frame, sceneTypes[index]!, stored, labelled, categories, frameOptions),
      );
    }
    onProgress?.({ kind: "frame", done: i + 1, total: todo.length, skipped });
  }
  return { train: await writers.train.finish(splits.train), test: await writers.test.finish(splits.test) };
}

function frameOptionsOf(
  { crop = "whole", minPixels, depth = "filled", normals = {} }: PrepareNyuv2Options,
  { width, height }: LabelledFile,
): FrameOptions {
  const window = crop === "whole" ? { left: 0, top: 0, width, height } : crop === "valid" ? NYU_VALID : crop;
  const whole = Object.values(window).every((value) => Number.isInteger(value) && value >= 0);
  if (
    !whole ||
    window.width < 1 ||
    window.left + window.width > width ||
    window.height < 1 ||
    window.top + window.height > height
  ) {
    throw new VisionRockError(
      "bad-option",
      `The crop ${JSON.stringify(window)} does not lie within frames of ${width} × ${height}.`,
    );
  }
  const smallest = minPixels ?? Math.round(SMALLEST * width * height);
  if (!(smallest >= 0)) {
    throw new VisionRockError("bad-option", `minPixels must be at least 0, not ${smallest}.`);
  }
  const { radius = 7, tolerance = 0.05 } = normals;
  return { crop: window, minPixels: smallest, depth, normals: { radius, tolerance } };
}

async function finishedBefore(path: string, contents: string): Promise<PreparedNyuv2["boxes"] | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const found = JSON.parse(text) as { contents: string; boxes: PreparedNyuv2["boxes"] };
  return found.contents === contents ? found.boxes : null;
}
