import { OutriggerError } from "@outrigger/core/error";
import { type Configuration, differences } from "./configuration.ts";

const at = (configuration: Configuration, path: string): string =>
  JSON.stringify(
    path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], configuration),
  ) ?? "none";

/**
 * Holds options against those that a folder was begun with.
 *
 * @throws OutriggerError `bad-option`, naming each that differs with both values
 */
export function checkSame(folder: string, before: Configuration, now: Configuration): void {
  const differ = differences(before, now);
  if (differ.length === 0) return;
  const list = differ.map((path) => `${path} (was ${at(before, path)}, now ${at(now, path)})`).join(", ");
  throw new OutriggerError(
    "bad-option",
    `${folder} holds a run with other options: ${list}. Give the same options, another --out, or --fresh to start anew.`,
    { differ },
  );
}

/**
 * Holds the name of a table against that of the one that a finished folder was made of.
 *
 * @param holds what the folder holds, such as `model holds a model`
 * @throws OutriggerError `bad-option`, naming both
 */
export function checkData(holds: string, before: string, now: string): void {
  if (before === now) return;
  throw new OutriggerError(
    "bad-option",
    `${holds} of ${before}, not of ${now}. Give another --out, or --fresh to start anew.`,
    { before, now },
  );
}
