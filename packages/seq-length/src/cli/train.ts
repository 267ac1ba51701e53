import { join } from "node:path";
import { interruptible } from "@outrigger/core/command/interruptible";
import { real, whole, withOptions } from "@outrigger/core/command/options";
import { print } from "@outrigger/core/command/output";
import { type Command, Option } from "commander";
import { trainingProgress } from "../command/progress.ts";
import { trainCommand } from "../command/train.ts";
import { type Configuration, configuration } from "../setup/configuration.ts";
import { shared, warn } from "./shared.ts";

type Given = Partial<Configuration> & {
  readonly out?: string;
  readonly fresh?: boolean;
  readonly checkpointEvery: number;
  readonly threads?: number;
};

const option = (flags: string, text: string, parse?: (text: string) => unknown): Option => {
  const made = new Option(flags, text);
  return parse ? made.argParser(parse) : made;
};

const options: readonly Option[] = [
  option("--task <name>", "what is to be learned (default: reverse)"),
  option("--symbols <n>", "over how many symbols, for tasks that take any number (default: 50)", whole(2)),
  option("--train-length <n>", "the longest length in training (default: 10)", whole(1)),
  option("--shortest <n>", "the shortest length in training (default: 2)", whole(1)),
  option(
    "--long <n>",
    "restrictions come from lengths up to this (default: 5 times the training length)",
    whole(1),
  ),
  option("--position <name>", "how the model is told where a token stands (default: rope)"),
  option("--ids <name>", "which position ids tokens get (default: consecutive)"),
  option(
    "--id-range <n>",
    "how many ids there are, for tables and draws (default: as --long needs)",
    whole(1),
  ),
  option("--scale <name>", "what is done to attention in long sequences (default: none)"),
  option("--auxiliary <names...>", "auxiliary tasks, or none (default: restriction)"),
  option("--share <part>", "part of the steps that auxiliaries get together (default: 0.5)", real),
  new Option(
    "--mixing <how>",
    "whether every step is of one task, or has rows of all (default: steps)",
  ).choices(["steps", "rows"]),
  option("--steps <n>", "steps in all, the auxiliaries' among them (default: 2000)", whole(1)),
  option("--batch <n>", "sequences a step (default: 64)", whole(1)),
  option("--size <n>", "width of the model (default: 64)", whole(1)),
  option("--heads <n>", "heads a layer (default: 4)", whole(1)),
  option("--layers <n>", "layers (default: 2)", whole(1)),
  option("--loops <n>", "how often the layers are run (default: 1)", whole(1)),
  option("--learning-rate <rate>", "at its peak (default: 0.002)", real),
  option("--seed <n>", "every random number follows from it (default: 0)", whole(0)),
  option("--out <folder>", "the model folder (default: runs/ and what is trained)"),
  option("--fresh", "start anew where the folder holds a run"),
  option("--checkpoint-every <n>", "steps between checkpoints", whole(1)).default(200),
  shared.threads(),
];

export function addTrain(program: Command): void {
  withOptions(program.command("train"), options)
    .description("train a model into a folder, or go on with what is there")
    .addHelpText(
      "after",
      `
All arms of a comparison make the same number of steps: auxiliaries take theirs from the main task. A restriction shows the model a part of a long
instance, so a training needs a generator of long instances and to know which tokens decide an output; no training sequence is long.

Ctrl-C stops after the step under way, and the same command goes on from there, bit for bit.

Examples:
  outrigger-seq train                                                  about a minute: reversal learned to 10, tested to 50
  outrigger-seq train --auxiliary none                                 the baseline
  outrigger-seq train --auxiliary renumbered-restriction               the control: position ids carry the effect
  outrigger-seq train --task sort --auxiliary restriction successor    two auxiliaries, half of --share each
  outrigger-seq train --task addition --position coupled --long 30
  outrigger-seq train --position rope --ids randomized --scale logn --share 0.75 --seed 1`,
    )
    .action(async ({ out, fresh, checkpointEvery, threads, ...given }: Given) => {
      const { auxiliary } = given;
      const chosen = configuration({
        ...given,
        ...(auxiliary && { auxiliary: auxiliary.filter((name) => name !== "none") }),
      });
      process.exitCode = await interruptible(
        () => warn("stopping after this step (again to stop at once, back to the last checkpoint)"),
        (signal) =>
          trainCommand(chosen, {
            out: out ?? join("runs", nameOf(chosen)),
            checkpointEvery,
            print,
            progress: trainingProgress(process.stderr),
            signal,
            ...(fresh && { fresh }),
            ...(threads !== undefined && { threads }),
          }),
      );
    });
}

/** reverse-rope-restriction-seed0 */
const nameOf = ({ task, position, ids, scale, auxiliary, seed }: Configuration): string =>
  [
    task,
    position,
    ...(ids === "consecutive" || ids === position ? [] : [ids]),
    ...(scale === "none" ? [] : [scale]),
    ...(auxiliary.length === 0 ? ["none"] : auxiliary),
    `seed${seed}`,
  ].join("-");
