import { rmSync } from "node:fs";
import { join } from "node:path";
import { interruptible } from "@outrigger/core/command/interruptible";
import { option, real, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { trainCommand } from "../command/train.ts";
import { list } from "./list.ts";
import { trainingProgress } from "./progress.ts";
import {
  AUXILIARY_HELP,
  auxiliaryOptions,
  configurationOf,
  dataOptions,
  type GivenTraining,
  modelOptions,
} from "./training-options.ts";
import { warn } from "./warn.ts";

type Given = GivenTraining & {
  readonly out: string;
  readonly ensemble?: number;
  readonly level?: number;
  readonly threads?: number;
  readonly fresh?: boolean;
  readonly card: boolean;
};

const options = [
  ...dataOptions,
  option("--out <folder>", "the model folder").default("model"),
  ...auxiliaryOptions("none"),
  option("--scale <weight>", "of every auxiliary task against the target's 1 (default: 0.1)", real),
  option(
    "--inputs <names>",
    "descriptors that the model reads: descriptors, none, or names (default: descriptors)",
    list,
  ),
  option("--ensemble <n>", "models whose mean is predicted (default: 5)", whole(1)),
  option("--level <share>", "of molecules that the error bars are meant to hold (default: 0.9)", real),
  ...modelOptions,
  option("--threads <n>", "native threads", whole(1)),
  option("--fresh", "start anew where the folder holds a run"),
  option("--no-card", "leave card.html out"),
];

export function addTrain(program: Command): void {
  withOptions(program.command("train <data.csv>"), options)
    .description("train a model on measured molecules into a folder, or go on with what is there")
    .addHelpText(
      "after",
      `
The folder holds all that predicting needs, and card.html, which says how good the model is and where it should not be trusted. Epochs are chosen
and error bars calibrated on the validation molecules; the test molecules are looked at once, at the end. Rows whose SMILES cannot be read are
left out and listed.

${AUXILIARY_HELP}

Ctrl-C stops after the step under way, and the same command goes on from there.

Examples:
  outrigger-molecular train data.csv --target logS
  outrigger-molecular train data.csv --smiles canonical --target logS --auxiliary auto --out model
  outrigger-molecular train data.csv --target logS --auxiliary auto --method pre-train-joint
  outrigger-molecular train data.csv --target logS --split splits.json --fold 2
  outrigger-molecular train tox21.csv --target NR-AR,NR-ER,SR-p53 --split ogb --ensemble 3
  outrigger-molecular train data.csv --target logS --model mlp --ensemble 1        a minute at most`,
    )
    .action(async (data: string, given: Given) => {
      const { out, fresh, ensemble, level, threads, card } = given;
      const chosen = configurationOf(given, {
        ...(ensemble !== undefined && { ensemble }),
        ...(level !== undefined && { level }),
      });
      if (fresh) {
        for (const name of ["model.json", "model.safetensors", "card.html"])
          rmSync(join(out, name), { force: true });
        rmSync(join(out, "training"), { recursive: true, force: true });
      }
      process.exitCode = await interruptible(
        () => warn("stopping after this step (again to stop at once, back to the last epoch)"),
        (signal) =>
          trainCommand(data, chosen, {
            out,
            card,
            signal,
            print,
            progress: trainingProgress(print),
            ...(threads !== undefined && { threads }),
          }),
      );
    });
}
