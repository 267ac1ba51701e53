import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mapTree, type NDArray, Random, type Tree } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import { replaceFile } from "@outrigger/core/train/disk";
import { namedLeaves } from "@outrigger/core/train/flat";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import type { DecoderParams } from "../model/decoder.ts";
import type { Budget } from "../train/batches.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { type Prepared, prepare } from "./prepare.ts";

const format = "outrigger-seq";
/** Raised whenever the meaning of a configuration or of a parameter changes. */
const version = 1;

/** `model.json` of a model folder. */
export interface ModelRecord {
  readonly format: typeof format;
  readonly version: number;
  readonly configuration: Configuration;
  /** What the configuration stands for, for readers without this package. */
  readonly task: { readonly name: string; readonly describe: string; readonly alphabet: readonly string[] };
  readonly vocabulary: { readonly size: number; readonly numbers: number; readonly tasks: readonly string[] };
  /** What the training read; absent until it is finished. */
  readonly budget?: Budget;
  /** Mean training loss of every task over the whole run. */
  readonly losses?: Readonly<Record<string, number | null>>;
}

/** A model as it was trained. */
export interface SavedModel extends Prepared {
  readonly folder: string;
  readonly params: DecoderParams;
}

const jsonOf = (folder: string): string => join(folder, "model.json");
const arraysOf = (folder: string): string => join(folder, "model.safetensors");
/** Where the checkpoint of a training is kept. */
export const trainingFolder = (folder: string): string => join(folder, "training");

const text = (value: unknown): Uint8Array[] => [
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`),
];

/** Says what is to be trained, or what was. @throws OutriggerError `disk`. */
export function writeRecord(
  folder: string,
  { configuration, task, vocabulary }: Prepared,
  trained: Pick<ModelRecord, "budget" | "losses"> = {},
): void {
  const record: ModelRecord = {
    format,
    version,
    configuration,
    task: { name: task.name, describe: task.describe, alphabet: task.alphabet },
    vocabulary: { size: vocabulary.size, numbers: vocabulary.numbers, tasks: vocabulary.tasks },
    ...trained,
  };
  replaceFile(jsonOf(folder), text(record));
}

/** Writes the parameters, arrays named by their paths. @throws OutriggerError `disk`. */
export function writeParams(folder: string, params: DecoderParams): void {
  const metadata = { format, version: `${version}` };
  replaceFile(
    arraysOf(folder),
    encodeSafetensors({ arrays: namedLeaves(params as unknown as Tree<NDArray>), metadata }),
  );
}

/**
 * What a folder says of itself; null if there is no `model.json`.
 *
 * @throws OutriggerError `bad-file` for one of another version, or that is not a model folder's.
 */
export function readRecord(folder: string): ModelRecord | null {
  const path = jsonOf(folder);
  if (!existsSync(path)) return null;
  const bad = (why: string): OutriggerError => new OutriggerError("bad-file", `${path} ${why}`, { path });
  let record: ModelRecord;
  try {
    record = JSON.parse(readFileSync(path, "utf8")) as ModelRecord;
  } catch {
    throw bad("is not JSON. Train the model anew into another folder.");
  }
  if (record?.format !== format) throw bad("is not that of a model of outrigger-seq.");
  if (typeof record.configuration !== "object" || record.configuration === null)
    throw bad("has no configuration. Restore a copy, or train anew into another folder.");
  if (record.version !== version)
    throw bad(
      `has version ${record.version}, and this package reads ${version}. Use the package that wrote it, or train anew into another folder.`,
    );
  return record;
}

/**
 * Reads a trained model; nothing besides the folder is needed.
 *
 * @throws OutriggerError `missing-data` for a folder without a model, or whose training is not finished, `bad-file` for another version or damage.
 */
export function readModel(folder: string): SavedModel {
  const record = readRecord(folder);
  if (record === null)
    throw new OutriggerError(
      "missing-data",
      `${folder} has no model.json: outrigger-seq train --out makes such folders.`,
      { folder },
    );
  if (!existsSync(arraysOf(folder)))
    throw new OutriggerError(
      "missing-data",
      `The training in ${folder} is not finished: the same train command with --out ${folder} goes on.`,
      { folder },
    );
  const prepared = prepare(configuration(record.configuration));
  const path = arraysOf(folder);
  const { arrays } = decodeSafetensors(readFileSync(path), path);
  const like = prepared.decoder.init(Random.seeded(0, "shapes")) as unknown as Tree<NDArray>;
  const params = mapTree<NDArray, NDArray>(like, ({ shape, dtype }, name) => {
    const found = arrays.get(name);
    if (found?.dtype === dtype && found.shape.join() === shape.join()) return found;
    const said = `${path} has no parameter "${name}" of shape [${shape.join(", ")}], as its model.json demands. Train the model anew.`;
    throw new OutriggerError("bad-file", said, { path, parameter: name });
  });
  return { ...prepared, folder, params: params as unknown as DecoderParams };
}
