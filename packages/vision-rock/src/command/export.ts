import { replaceFile } from "@outrigger/core/train/disk";
import { detectorToOnnx } from "../export/onnx.ts";
import { readDetector } from "../predictor/folder.ts";

/**
 * Writes a detector as an ONNX file, and beside it what a reader needs to know.
 *
 * @returns what is to be said of it
 * @throws VisionRockError as `readDetector`, OutriggerError "disk"
 */
export async function exportCommand(model: string, out: string): Promise<string> {
  const { bytes, description } = await detectorToOnnx(readDetector(model));
  const json = out.replace(/(\.onnx)?$/, ".json");
  replaceFile(out, [bytes]);
  replaceFile(json, [new TextEncoder().encode(`${JSON.stringify(description)}\n`)]);
  const { input, outputs, boxes } = description;
  const size = `[batch, ${input.height}, ${input.width}, 3]`;
  return `${out}: ${(bytes.length / 1e6).toFixed(2)} MB, input ${input.name} ${size} from 0 to 255, outputs ${Object.keys(outputs).join(", ")}
${json}: classes, ${boxes.priors.length} priors, and how boxes are decoded`;
}
