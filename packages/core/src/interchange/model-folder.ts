import type { io } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { removeQuietly, replaceFile } from "../train/disk.ts";

const { fs, path: paths } = platform;

type ModelJson = io.ModelJSON;

const bad = (file: string, why: string, cause?: unknown): OutriggerError =>
  new OutriggerError(
    "bad-file",
    `${file} ${why}. Save the model again, or restore a copy.`,
    { path: file },
    cause,
  );

function readBytes(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    throw bad(file, `could not be read: ${(cause as Error).message}`, cause);
  }
}

function readJson(file: string): ModelJson {
  const bytes = readBytes(file);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw bad(file, `is not JSON: ${(cause as Error).message}`, cause);
  }
  const { modelTopology, weightsManifest } = (json ?? {}) as Partial<ModelJson>;
  const sound =
    typeof modelTopology === "object" &&
    modelTopology !== null &&
    Array.isArray(weightsManifest) &&
    weightsManifest.every((group) => Array.isArray(group?.paths) && Array.isArray(group.weights)) &&
    weightsManifest.every(({ paths: files }) => files.every((name) => typeof name === "string")) &&
    weightsManifest.every(({ weights }) => weights.every((weight) => Array.isArray(weight?.shape)));
  if (!sound) throw bad(file, "is not the model.json of a tf.js model");
  return json as ModelJson;
}

/** The weight files that belong to a model.json, which all lie beside it. */
function weightFiles(folder: string, file: string, json: ModelJson): string[] {
  return json.weightsManifest
    .flatMap((group) => group.paths)
    .map((name) => {
      const full = paths.resolve(folder, name);
      if (!full.startsWith(paths.resolve(folder) + paths.sep))
        throw bad(file, `names ${name}, outside of its folder`);
      return full;
    });
}

const widths: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** Bytes that the weights need, or undefined where only tfjs can tell (texts, complex numbers). */
function bytesNeeded({ weightsManifest }: ModelJson): number | undefined {
  let sum = 0;
  for (const { shape, dtype, quantization } of weightsManifest.flatMap(({ weights }) => weights)) {
    const width = widths[quantization?.dtype ?? dtype];
    if (width === undefined) return undefined;
    sum += width * shape.reduce((n, d) => n * d, 1);
  }
  return sum;
}

const concatenate = (parts: readonly Uint8Array[]): ArrayBuffer => {
  const all = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
};

async function load(folder: string): Promise<io.ModelArtifacts> {
  const file = paths.join(folder, "model.json");
  const json = readJson(file);
  const data = concatenate(weightFiles(folder, file, json).map(readBytes));
  const needed = bytesNeeded(json);
  if (needed !== undefined && needed !== data.byteLength) {
    throw bad(file, `describes ${needed} bytes of weights, but its files have ${data.byteLength}`);
  }
  return tf.io.getModelArtifactsForJSON(json, async () => [tf.io.getWeightSpecs(json.weightsManifest), data]);
}

/** Weight files of a model that was there before, as far as it can be read. */
function oldFiles(folder: string): string[] {
  const file = paths.join(folder, "model.json");
  if (!fs.existsSync(file)) return [];
  try {
    return weightFiles(folder, file, readJson(file));
  } catch {
    return [];
  }
}

async function save(folder: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightData, weightSpecs = [], modelTopology, ...rest } = artifacts;
  if (!modelTopology || modelTopology instanceof ArrayBuffer) {
    const said = "only models with a topology in JSON are saved in a folder";
    throw new OutriggerError("unsupported", `${said}: give a LayersModel or what toGraphModel returns`);
  }
  const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  // A name of its own for every content: until model.json is replaced, the old model is whole.
  const digest = platform.crypto.createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const name = `weights-${digest}.bin`;
  const before = oldFiles(folder);
  const manifest: io.WeightsManifestConfig = [{ paths: [name], weights: weightSpecs }];
  const json = { ...rest, modelTopology, weightsManifest: manifest };
  replaceFile(paths.join(folder, name), [bytes]);
  replaceFile(paths.join(folder, "model.json"), [new TextEncoder().encode(JSON.stringify(json))]);
  // The new model is whole: an old file that stays takes room, and nothing else.
  for (const old of before) if (paths.basename(old) !== name) removeQuietly(old);
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

/**
 * A folder with a tf.js model: `model.json` and its weight files, as `tfjs-node` and `tensorflowjs_converter` write it.
 *
 * tfjs itself reads files only with tfjs-node. Both kinds of models are read, so the handler serves `tf.loadLayersModel`,
 * `tf.loadGraphModel` and `model.save`. A model that was there is replaced as one unit.
 *
 * @throws OutriggerError when used: `bad-file` for a folder that has no sound model, or weight files that were cut off; `disk` when
 *   the model cannot be written (the old one is then untouched)
 *
 * @example
 * const base = await tf.loadLayersModel(modelFolder("mobilenet"));
 */
export const modelFolder = (folder: string): Required<Pick<io.IOHandler, "load" | "save">> => ({
  load: () => load(folder),
  save: (artifacts) => save(folder, artifacts),
});
