import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { decodeEvents, encodeEvent } from "@outrigger/core/train/callback/event-file";

/** Scalars by the names that users of CleanRL know. */
export interface Scalars {
  readonly [tag: string]: number;
}

/**
 * Appends scalars to an event file of TensorBoard. Of a file that is there, what lies at or before `resumedAt` stays: a continued run writes
 * the rest again.
 *
 * @throws OutriggerError `bad-file` where a checksum of the old file is wrong.
 */
export function eventWriter(path: string, resumedAt: number): (step: number, scalars: Scalars) => void {
  mkdirSync(dirname(path), { recursive: true });
  const found = existsSync(path) ? decodeEvents(readFileSync(path)) : [];
  const kept = found.filter(({ event: { step = 0 } }) => step <= resumedAt).at(-1)?.end ?? 0;
  if (found.length > 0) truncateSync(path, resumedAt > 0 ? kept : 0);
  const append = (event: Omit<Parameters<typeof encodeEvent>[0], "wall_time">): void =>
    appendFileSync(path, encodeEvent({ wall_time: Date.now() / 1000, ...event }));
  if (found.length === 0 || resumedAt === 0) append({ file_version: "brain.Event:2" });
  return (step, scalars) =>
    append({
      step,
      summary: { value: Object.entries(scalars).map(([tag, value]) => ({ tag, simple_value: value })) },
    });
}
