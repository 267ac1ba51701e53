import { VisionRockError } from "../error.ts";
import { type Configuration, configuration } from "../train/configuration.ts";
import type { TrainingReport } from "./training-report.ts";

export const FORMAT = "outrigger-vision";
/** Raised whenever the meaning of anything in a detector's folder changes. */
export const VERSION = 1;

/** `model.json` of a detector's folder: all that detecting needs besides the arrays. */
export interface DetectorRecord {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly configuration: Configuration;
  /** Names by category and by scene. */
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
  /** What was trained on, and how good it is. */
  readonly report: TrainingReport;
}

/**
 * The record that a parsed `model.json` is.
 *
 * @param name the file, for messages
 * @throws VisionRockError "bad-file" for another format or version, or a part that is missing; "bad-option" as `configuration`.
 */
export function recordOf(json: unknown, name: string): DetectorRecord {
  const record = json as Partial<DetectorRecord> | null;
  const bad = (why: string): VisionRockError =>
    new VisionRockError("bad-file", `${name} ${why}`, { path: name });
  if (record?.format !== FORMAT) throw bad("is not that of a detector of outrigger-vision.");
  if (record.version !== VERSION)
    throw bad(
      `has version ${String(record.version)}, and this package reads ${VERSION}. Use the package that wrote it, or train anew.`,
    );
  const names = (list: unknown): boolean =>
    Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === "string");
  const { classes, scenes, configuration: given } = record;
  if (!names(classes) || !Array.isArray(scenes) || !scenes.every((each) => typeof each === "string"))
    throw bad("has no names of classes and scenes. Restore a copy, or train anew.");
  if (given === undefined) throw bad("has no configuration. Restore a copy, or train anew.");
  return { ...(record as DetectorRecord), configuration: configuration(given) };
}
