import { OutriggerError } from "@outrigger/core/error";
import { Command } from "commander";
import { addDetect } from "./cli/detect.ts";
import { addEval } from "./cli/eval.ts";
import { addExport } from "./cli/export.ts";
import { addPrepare } from "./cli/prepare.ts";
import { addRender } from "./cli/render.ts";
import { addTrain } from "./cli/train.ts";
import { warn } from "./cli/warn.ts";
import { VisionRockError } from "./error.ts";

/** The `outrigger-vision` command. Sets the exit code: 0, 1 for a mistake that it names, 130 when stopped by Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof OutriggerError || error instanceof VisionRockError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("outrigger-vision")
    .description(
      "Detects objects in pictures of rooms, with scene, depth and surface normals as auxiliary tasks: makes data, trains, tests, detects, exports.",
    )
    .showHelpAfterError("(add --help to see all that there is)")
    .addHelpText(
      "after",
      `
Examples, in the order of use:
  outrigger-vision render --out rooms --count 300                    pictures with exact labels, in COCO's layout
  outrigger-vision train rooms --out model                           a detector, and model/report.html on how good it is
  outrigger-vision eval model --data test-rooms                      COCO's twelve numbers, and those of every class
  outrigger-vision detect photo.jpg --model model --depth --normals  boxes as JSON, and photo.detected.png
  outrigger-vision export --model model --out model.onnx`,
    );
  for (const add of [addRender, addPrepare, addTrain, addEval, addDetect, addExport]) add(command);
  return command;
}
