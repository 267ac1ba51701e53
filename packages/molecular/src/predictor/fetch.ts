import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import type { Rdkit } from "../molecule/rdkit.ts";
import { makePredictor, type Predictor, unpackArrays } from "./predictor.ts";
import { recordOf } from "./record.ts";

async function fetched(url: string): Promise<Uint8Array> {
  const failed = (why: string, more: object = {}, cause?: unknown): OutriggerError =>
    new OutriggerError("download", `${url} could not be fetched: ${why}.`, { url, ...more }, cause);
  let response: Response;
  try {
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failed(String(cause), {}, cause);
  }
  throw failed(
    `${response.status} ${response.statusText}. A model folder holds model.json and model.safetensors`,
    { status: response.status },
  );
}

function jsonOf(bytes: Uint8Array, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new OutriggerError("bad-file", `${url} is not JSON: ${(cause as Error).message}.`, { url }, cause);
  }
}

/**
 * Reads a predictor from a model folder that is served, for use in a page.
 *
 * @param folder its address, such as `model/`
 * @throws OutriggerError `download`, and `bad-file` as `readPredictor`.
 *
 * @example
 * const rdkit = await createRdkit({ locateFile: () => wasmAddress });
 * const predictor = await fetchPredictor("model/", { rdkit });
 * const [found] = await predictor.predict(["CCO"]);
 */
export async function fetchPredictor(
  folder: string,
  options: { readonly rdkit?: Rdkit; readonly run?: CompileOptions } = {},
): Promise<Predictor> {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  const [json, arrays] = await Promise.all([
    fetched(`${base}model.json`),
    fetched(`${base}model.safetensors`),
  ]);
  const record = recordOf(jsonOf(json, `${base}model.json`), `${base}model.json`);
  const path = `${base}model.safetensors`;
  const parts = unpackArrays(record, decodeSafetensors(arrays, path).arrays, path);
  // One molecule at a time: the interpreter needs no compiler, and no second file of WebAssembly.
  return makePredictor({ record, ...parts, run: { runtime: "tfjs", device: "cpu" }, ...options });
}
