import { RlGvfError } from "../error.ts";

/** @throws RlGvfError `bad-option` unless 0 ≤ value ≤ 1. */
export function checkProbability(name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new RlGvfError("bad-option", `${name} is a probability and must be from 0 to 1, not ${value}.`, {
    value,
  });
}
