import { rmSync } from "node:fs";
import { join } from "node:path";
import { interruptible } from "@outrigger/core/command/interruptible";
import { option, whole, withOptions } from "@outrigger/core/command/options";
import { print, writeOut } from "@outrigger/core/command/output";
import type { Command } from "commander";
import { compareCommand } from "../command/compare.ts";
import { MOST_TRIES } from "../compare/compare.ts";
import { comparisonText } from "../compare/comparison-text.ts";
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
  readonly fresh?: boolean;
  readonly seeds: number;
  readonly tries: number;
  readonly threads?: number;
  readonly json?: string;
  readonly html?: string;
};

const options = [
  ...dataOptions,
  option("--out <folder>", "where finished trainings and the result are kept").default("comparison"),
  ...auxiliaryOptions("auto"),
  option("--seeds <n>", "trainings an arm; below 5 nothing is concluded", whole(1)).default(5),
  option(
    "--tries <n>",
    `candidates that every arm tries on validation, 1 to ${MOST_TRIES}`,
    whole(1),
  ).default(2),
  ...modelOptions,
  option("--json <file>", "everything as JSON; - writes it here in place of the table"),
  option("--html <file>", "a page with a picture, which needs nothing else"),
  option("--fresh", "start anew where the folder holds a comparison"),
  option("--threads <n>", "native threads", whole(1)),
];

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${Math.round(seconds)} s` : `${minutes} min`;
}

/** Lines on the way, with the time left as the trainings so far suggest. */
function progress(): (done: number, total: number, what: string) => void {
  const began = Date.now();
  // Trainings that were done before took no time now.
  let before: number | undefined;
  const terminal = process.stderr.isTTY;
  return (done, total, what) => {
    before ??= done;
    const each = (Date.now() - began) / 1000 / (done - before);
    const left = done === before ? "" : `, about ${duration(each * (total - done))} left`;
    if (done === total) {
      if (terminal) process.stderr.write("\r\u001b[K");
      return;
    }
    const text = `training ${done + 1} of ${total} (${what})${left}`;
    if (terminal) process.stderr.write(`\r\u001b[K${text}`);
    else if (done % 4 === 0) process.stderr.write(`${text}\n`);
  };
}

export function addCompare(program: Command): void {
  withOptions(program.command("compare <data.csv>"), options)
    .description(
      "do auxiliary tasks or descriptors help with these data? four arms, paired seeds, a verdict with interval",
    )
    .addHelpText(
      "after",
      `
Arms: the target alone; with auxiliary tasks; with descriptors as inputs; with both. All have the same seeds, splits and tuning budget, and one
model each, not an ensemble. A perceptron (--model mlp) answers in minutes; what holds for it need not hold for a graph network.

Finished trainings are kept in the folder: Ctrl-C stops, the same command goes on, and more seeds or tries add to what is there.
${AUXILIARY_HELP}

Examples:
  outrigger-molecular compare data.csv --target logS --model mlp
  outrigger-molecular compare data.csv --target logS --tries 4 --seeds 10 --json result.json --html result.html`,
    )
    .action(async (data: string, given: Given) => {
      const { out, fresh, seeds, tries, threads, json, html } = given;
      const chosen = configurationOf(given);
      if (fresh) {
        for (const name of ["comparison.json", "trainings.json"]) rmSync(join(out, name), { force: true });
        rmSync(join(out, "training"), { recursive: true, force: true });
      }
      const comparison = await interruptible(
        () => warn("stopping after this step (again to stop at once, back to the last epoch)"),
        (signal) =>
          compareCommand(data, chosen, {
            out,
            seeds,
            tries,
            signal,
            say: (text) => process.stderr.write(`${text}\n`),
            progress: progress(),
            ...(threads !== undefined && { threads }),
          }),
      );
      if (comparison === null) {
        process.exitCode = 130;
        return;
      }
      if (json !== "-") print(comparisonText(comparison));
      if (json !== undefined) writeOut(json, `${JSON.stringify(comparison, null, 1)}\n`);
      if (html === undefined) return;
      // Observable Plot takes a moment to load, which a table need not wait for.
      const { comparisonPage } = await import("../card/comparison-page.ts");
      writeOut(html, comparisonPage(comparison));
    });
}
