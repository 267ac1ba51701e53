import { replaceFile } from "@outrigger/core/train/disk";
import { type Command, InvalidArgumentError, Option } from "commander";

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Beside the output, so that a table can be piped into a file. */
export const warn = (text: string): void => {
  process.stderr.write(`outrigger-seq: ${text}\n`);
};

/**
 * Writes a file as one unit and says so beside the output; "-" prints the text instead.
 *
 * @throws OutriggerError `disk`.
 */
export function writeOut(file: string, content: string | Uint8Array): void {
  if (file === "-" && typeof content === "string") {
    process.stdout.write(content);
    return;
  }
  replaceFile(file, [typeof content === "string" ? new TextEncoder().encode(content) : content]);
  process.stderr.write(`wrote ${file}\n`);
}

/** A parser of whole numbers of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
  };

/** A parser of numbers. */
export function real(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number.");
}

/** Options that several commands have. */
export const shared = {
  threads: (): Option => new Option("--threads <n>", "native threads").argParser(whole(1)),
  samples: (count: number): Option =>
    new Option("--samples <n>", "test sequences a length").argParser(whole(1)).default(count),
  testSeed: (): Option =>
    new Option("--test-seed <n>", "which test sequences: models are compared on the same ones")
      .argParser(whole(0))
      .default(0),
};

/** Adds options in order. */
export function withOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}
