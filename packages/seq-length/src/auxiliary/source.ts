import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";
import type { Example } from "../example.ts";

/** A stream of examples: the main task, or one auxiliary. */
export interface Source {
  readonly name: string;
  /** No example has more tokens. */
  readonly longest: number;
  /** No position id is larger. */
  readonly largestPosition: number;
  readonly draw: (random: Random) => Example;
}

/** An example whose targets are its tokens from `first` on, with positions 0, 1, 2, … */
export const consecutive = (tokens: readonly number[], first: number): Example => ({
  tokens,
  positions: tokens.map((_, i) => i),
  targets: tokens.map((_, i) => i).slice(first),
});

/** @throws OutriggerError `bad-option` unless lengths are whole numbers with least <= shortest <= longest. */
export function checkLengths(name: string, least: number, shortest: number, longest: number): void {
  if (Number.isInteger(shortest) && Number.isInteger(longest) && least <= shortest && shortest <= longest)
    return;
  throw new OutriggerError(
    "bad-option",
    `${name} takes lengths from ${least} on, the shorter first, not ${shortest} to ${longest}.`,
    { shortest, longest },
  );
}
