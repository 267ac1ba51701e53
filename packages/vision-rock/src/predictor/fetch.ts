import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { VisionRockError } from "../error.ts";
import { type Detector, type DetectorParts, makeDetector } from "./detector.ts";
import { detectorParts } from "./parts.ts";
import { recordOf } from "./record.ts";

async function fetched(url: string): Promise<Uint8Array> {
  const failed = (why: string, more: object = {}, cause?: unknown): VisionRockError =>
    new VisionRockError("bad-file", `${url} could not be fetched: ${why}.`, { url, ...more }, cause);
  let response: Response;
  try {
    response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failed(String(cause), {}, cause);
  }
  throw failed(
    `${response.status} ${response.statusText}. A detector's folder holds model.json and model.safetensors`,
    { status: response.status },
  );
}

function jsonOf(bytes: Uint8Array, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new VisionRockError("bad-file", `${url} is not JSON: ${(cause as Error).message}.`, { url }, cause);
  }
}

/**
 * Reads a detector from a folder that is served, for use in a page.
 *
 * @param folder its address, such as `model/`
 * @throws VisionRockError "bad-file" for what cannot be fetched, and as `loadDetector`.
 *
 * @example
 * const detector = await fetchDetector("model/");
 * const { objects } = await detector.detect({ rgb, width, height });
 */
export async function fetchDetector(
  folder: string,
  options: Pick<DetectorParts, "run" | "batch"> = {},
): Promise<Detector> {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  const [json, arrays] = await Promise.all([
    fetched(`${base}model.json`),
    fetched(`${base}model.safetensors`),
  ]);
  const path = `${base}model.safetensors`;
  const parts = detectorParts(
    recordOf(jsonOf(json, `${base}model.json`), `${base}model.json`),
    decodeSafetensors(arrays, path).arrays,
    path,
  );
  // One picture at a time: the interpreter needs no compiler, and no second file of WebAssembly.
  return makeDetector({ ...parts, run: { runtime: "tfjs", device: "cpu" }, ...options });
}
