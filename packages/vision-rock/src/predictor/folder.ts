import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { replaceFile } from "@outrigger/core/train/disk";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { Params } from "@outrigger/core/train/model";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import { VisionRockError } from "../error.ts";
import { type Detector, type DetectorParts, makeDetector } from "./detector.ts";
import { detectorParts } from "./parts.ts";
import { type DetectorRecord, FORMAT, recordOf, VERSION } from "./record.ts";

const jsonOf = (folder: string): string => join(folder, "model.json");
const arraysOf = (folder: string): string => join(folder, "model.safetensors");
/** Where the checkpoint of a training is kept. */
export const trainingFolder = (folder: string): string => join(folder, "training");

/** Writes a detector's folder, `model.json` last: a folder that has it is whole. @throws OutriggerError "disk". */
export function writeDetector(folder: string, record: DetectorRecord, params: Params): void {
  const metadata = { format: FORMAT, version: `${VERSION}` };
  replaceFile(
    arraysOf(folder),
    encodeSafetensors({ arrays: namedLeaves(params as Tree<NDArray>), metadata }),
  );
  replaceFile(jsonOf(folder), [new TextEncoder().encode(`${JSON.stringify(record, null, 1)}\n`)]);
}

/**
 * What a folder says of its detector; null if there is none.
 *
 * @throws VisionRockError "bad-file", as `recordOf`.
 */
export function readRecord(folder: string): DetectorRecord | null {
  const path = jsonOf(folder);
  if (!existsSync(path)) return null;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new VisionRockError(
      "bad-file",
      `${path} is not JSON. Restore a copy, or train anew.`,
      { path },
      cause,
    );
  }
  return recordOf(json, path);
}

/**
 * What a folder holds, ready to be run, exported or looked at.
 *
 * @throws VisionRockError "bad-file" for a folder without a finished detector, of another version, or damaged.
 */
export function readDetector(folder: string): Pick<DetectorParts, "record" | "network" | "params"> {
  const record = readRecord(folder);
  if (record === null) {
    const begun = existsSync(trainingFolder(folder));
    throw new VisionRockError(
      "bad-file",
      begun
        ? `The training in ${folder} is not finished: the same train command goes on with it.`
        : `${folder} has no model.json: outrigger-vision train --out ${folder} makes one.`,
      { folder },
    );
  }
  const path = arraysOf(folder);
  if (!existsSync(path))
    throw new VisionRockError("bad-file", `${path} is missing. Restore a copy, or train anew.`, { path });
  return detectorParts(record, decodeSafetensors(readFileSync(path), path).arrays, path);
}

/**
 * Reads a detector; nothing besides the folder is needed.
 *
 * @throws VisionRockError as {@link readDetector}.
 *
 * @example
 * const detector = await loadDetector("model");
 * const { objects } = await detector.detect(await readPicture("photo.jpg"));
 * for (const { name, box, score } of objects) console.log(name, box, score);
 */
export async function loadDetector(
  folder: string,
  options: Pick<DetectorParts, "run" | "batch"> = {},
): Promise<Detector> {
  return makeDetector({ ...readDetector(folder), ...options });
}
