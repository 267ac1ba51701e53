/** What the commands of domain packages ask of commander, which they bring; it is an optional peer of this package. */
import { type Command, InvalidArgumentError, Option } from "commander";

/** A parser of whole numbers of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
  };

/** A parser of numbers. */
export function real(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Give a number.");
}

/** A parser of numbers with commas between. */
export const numbers = (text: string): number[] => text.split(",").map(real);

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
