import { option, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { exportCommand } from "../command/export.ts";

const options = [
  option("--model <folder>", "what train made").default("model"),
  option("--out <file.onnx>", "the file").default("model.onnx"),
];

export function addExport(program: Command): void {
  withOptions(program.command("export"), options)
    .description("write a detector as an ONNX file, with what its readers need beside it")
    .addHelpText(
      "after",
      `
The file takes pictures of 0 to 255 in batches of any size, and gives what the network gives: offsets from priors and logits. The JSON of the same name
holds classes, scenes, priors and the formula by which boxes come out of them.

Example:
  outrigger-vision export --model model --out model.onnx         model.onnx and model.json`,
    )
    .action(async ({ model, out }: { model: string; out: string }) => print(await exportCommand(model, out)));
}
