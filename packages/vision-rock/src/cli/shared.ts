import { replaceFile } from "@outrigger/core/train/disk";
import { type Command, InvalidArgumentError, Option } from "commander";

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Beside the output, so that a table can be piped into a file. */
export const warn = (text: string): void => {
  process.stderr.write(`outrigger-vision: ${text}\n`);
};

/** Writes a file as one unit and says so beside the output; "-" prints it instead. @throws OutriggerError `disk`. */
export function writeOut(file: string, content: string): void {
  if (file === "-") {
    process.stdout.write(content);
    return;
  }
  replaceFile(file, [new TextEncoder().encode(content)]);
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

/** A parser of a,b,c; an option given twice adds to the list. */
export const list = (text: string, before?: readonly string[]): readonly string[] => [
  ...(before ?? []),
  ...text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== ""),
];

/** An option with a parser, or without one. */
export function option(
  flags: string,
  text: string,
  parse?: (text: string, before: never) => unknown,
): Option {
  const made = new Option(flags, text);
  return parse ? made.argParser(parse as (text: string, before: unknown) => unknown) : made;
}

/** Adds options in order. */
export function withOptions(command: Command, options: readonly Option[]): Command {
  for (const each of options) command.addOption(each);
  return command;
}

/** Runs `work` with a signal that the first Ctrl-C aborts; the second ends the process. */
export async function interruptible<T>(said: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupted = (): void => {
    if (stop.signal.aborted) process.exit(130);
    warn(said);
    stop.abort();
  };
  process.on("SIGINT", interrupted);
  try {
    return await work(stop.signal);
  } finally {
    process.off("SIGINT", interrupted);
  }
}
