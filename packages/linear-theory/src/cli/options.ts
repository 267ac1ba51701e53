import { InvalidArgumentError } from "commander";

/** A whole number of at least `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };

/** Numbers of at least 0 with commas between; as many as `count` where it is given. */
export const numbers =
  (count?: number) =>
  (text: string): number[] => {
    const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    if (!values.every((value) => Number.isFinite(value) && value >= 0))
      throw new InvalidArgumentError("It must be numbers of at least 0 with commas between, as 0.1,0.5.");
    if (count !== undefined && values.length !== count)
      throw new InvalidArgumentError(`It must be ${count} numbers with commas between.`);
    return values;
  };

/** A number between 0 and 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("It must lie between 0 and 1.");
  return value;
}

/** Names with commas between. */
export function names(text: string): string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.includes("")) throw new InvalidArgumentError("It must be names with commas between.");
  return parts;
}
