import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { VisionRockError } from "../error.ts";
import { type Detector, type DetectorParts, makeDetector } from "./detector.ts";
import { detectorParts } from "./parts.ts";
import { recordOf } from "./record.ts";

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new VisionRockError("bad-file", `${url} could not be fetched: ${String(cause)}.`, { url }, cause);
  });
  if (response.ok) return response;
  throw new VisionRockError(
    "bad-file",
    `${url} could not be fetched: ${response.status} ${response.statusText}. A detector's folder holds model.json and model.safetensors.`,
    { url, status: response.status },
  );
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
    fetched(`${base}model.json`).then((response) => response.json() as Promise<unknown>),
    fetched(`${base}model.safetensors`).then((response) => response.arrayBuffer()),
  ]);
  const path = `${base}model.safetensors`;
  const parts = detectorParts(
    recordOf(json, `${base}model.json`),
    decodeSafetensors(new Uint8Array(arrays), path).arrays,
    path,
  );
  // One picture at a time: the interpreter needs no compiler, and no second file of WebAssembly.
  return makeDetector({ ...parts, run: { runtime: "tfjs", device: "cpu" }, ...options });
}
