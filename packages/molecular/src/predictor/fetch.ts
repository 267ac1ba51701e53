import { OutriggerError } from "@outrigger/core/error";
import type { CompileOptions } from "@outrigger/core/graph/compile";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import type { Rdkit } from "../molecule/rdkit.ts";
import { makePredictor, type Predictor, unpackArrays } from "./predictor.ts";
import { recordOf } from "./record.ts";

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new OutriggerError("download", `${url} could not be fetched: ${String(cause)}.`, { url }, cause);
  });
  if (response.ok) return response;
  throw new OutriggerError(
    "download",
    `${url} could not be fetched: ${response.status} ${response.statusText}. A model folder holds model.json and model.safetensors.`,
    { url, status: response.status },
  );
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
    fetched(`${base}model.json`).then((response) => response.json() as Promise<unknown>),
    fetched(`${base}model.safetensors`).then((response) => response.arrayBuffer()),
  ]);
  const record = recordOf(json, `${base}model.json`);
  const path = `${base}model.safetensors`;
  const parts = unpackArrays(record, decodeSafetensors(new Uint8Array(arrays), path).arrays, path);
  // One molecule at a time: the interpreter needs no compiler, and no second file of WebAssembly.
  return makePredictor({ record, ...parts, run: { runtime: "tfjs", device: "cpu" }, ...options });
}
