import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { replaceFile } from "@outrigger/core/train/disk";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import type { Rdkit } from "../molecule/rdkit.ts";
import { keptJson } from "../training/kept-json.ts";
import { makePredictor, type Predictor, type PredictorParts, packArrays, unpackArrays } from "./predictor.ts";
import { FORMAT, type PredictorRecord, recordOf, VERSION } from "./record.ts";

const jsonOf = (folder: string): string => join(folder, "model.json");
const arraysOf = (folder: string): string => join(folder, "model.safetensors");

/** Writes a predictor's folder, `model.json` last: a folder that has it is whole. @throws OutriggerError `disk`. */
export function writePredictor(
  folder: string,
  { record, members, morgan }: Pick<PredictorParts, "record" | "members" | "morgan">,
): void {
  const metadata = { format: FORMAT, version: `${VERSION}` };
  replaceFile(arraysOf(folder), encodeSafetensors({ arrays: packArrays(members, morgan), metadata }));
  replaceFile(jsonOf(folder), [new TextEncoder().encode(`${JSON.stringify(record, null, 1)}\n`)]);
}

/**
 * What a folder says of its predictor; null if there is none.
 *
 * @throws OutriggerError `bad-file`, as `recordOf`.
 */
export function readRecord(folder: string): PredictorRecord | null {
  const path = jsonOf(folder);
  const json = keptJson(path, "Restore a copy, or train anew.");
  return json === null ? null : recordOf(json, path);
}

/**
 * Reads a predictor; nothing besides the folder is needed.
 *
 * @throws OutriggerError `missing-data` for a folder without a finished model, `bad-file` for another version or damage.
 *
 * @example
 * const predictor = await readPredictor("model");
 * const [aspirin] = await predictor.predict(["CC(=O)Oc1ccccc1C(=O)O"]);
 * if (aspirin.ok) console.log(aspirin.targets["logS"]?.value, aspirin.domain.similarity);
 */
export async function readPredictor(
  folder: string,
  options: { readonly rdkit?: Rdkit; readonly run?: CompileOptions } = {},
): Promise<Predictor> {
  const record = readRecord(folder);
  if (record === null) {
    const begun = existsSync(join(folder, "training"));
    throw new OutriggerError(
      "missing-data",
      begun
        ? `The training in ${folder} is not finished: the same train command goes on with it.`
        : `${folder} has no model.json: outrigger-molecular train --out ${folder} makes one.`,
      { folder },
    );
  }
  const path = arraysOf(folder);
  if (!existsSync(path))
    throw new OutriggerError("bad-file", `${path} is missing. Restore a copy, or train anew.`, { path });
  const { arrays } = decodeSafetensors(readFileSync(path), path);
  return makePredictor({ record, ...unpackArrays(record, arrays, path), ...options });
}
