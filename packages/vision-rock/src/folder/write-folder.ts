import type { SampleSource } from "../sample.ts";
import { folderWriter } from "./folder-writer.ts";

/**
 * Writes samples as a COCO data set: PNG files below `rgb/`, `depth/`, `normals/` and `instances/`, and `annotations.json`, whose ids of categories and
 * scenes begin at 1. Any COCO tool reads boxes and pictures; `readFolder` reads all. Depth is rounded to a millimetre and
 * normals to 1/127. What a sample has no annotation of is left out, and its row lacks the field that would name it.
 *
 * @throws VisionRockError "out-of-range" for a depth that is NaN, negative or above 65.535 m, "shape" for an array of another size, "bad-box" for
 * a box outside its picture, "duplicate-id" for two samples of one id.
 */
export async function writeFolder(directory: string, source: SampleSource): Promise<void> {
  // Samples of a source are not known before they are made, so nothing that lies there is taken for one of them.
  const writer = await folderWriter(directory, source, crypto.randomUUID());
  const ids: number[] = [];
  for (let index = 0; index < source.length; index++) {
    const sample = await source.get(index);
    await writer.add(sample);
    ids.push(sample.id);
  }
  await writer.finish(ids);
}
