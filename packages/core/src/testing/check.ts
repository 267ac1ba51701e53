import { OutriggerError } from "../error.ts";
import type { Told } from "./drive.ts";

/** @throws OutriggerError `broken-contract` unless it holds */
export function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new OutriggerError("broken-contract", otherwise);
}

/** Equal as JSON: what does not survive JSON has no place in weights and states. */
export function checkEqual(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found === wanted) return;
  let at = 0;
  while (found[at] === wanted[at]) at++;
  const from = Math.max(0, at - 60);
  const part = (text: string): string => `…${text.slice(from, at + 60)}…`;
  check(false, `found ${part(found)} where ${part(wanted)} was expected`);
}

/** Every element within `tolerance` times the largest of those expected. */
export function checkClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const unit = Math.max(...expected.map(Math.abs), 1e-300);
  for (const [k, value] of expected.entries()) {
    const near = Math.abs(actual[k]! - value) / unit < tolerance;
    check(near, `weights [${actual.join(", ")}] where [${expected.join(", ")}] were expected`);
  }
}

/** One finite weight a task at every step. */
export function checkSound(told: readonly Told[], tasks: number): void {
  for (const [step, { weights }] of told.entries()) {
    const sound = weights.length === tasks && weights.every(Number.isFinite);
    check(sound, `weights [${weights.join(", ")}] for ${tasks} tasks at step ${step}`);
  }
}
