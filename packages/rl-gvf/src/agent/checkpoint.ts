import { readFileSync } from "node:fs";
import type { NDArray } from "@outrigger/core";
import { replaceFile } from "@outrigger/core/train/disk";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import { RlGvfError } from "../error.ts";
import type { SavedAgent } from "./agent.ts";

const FORMAT = "outrigger rl-gvf agent 1";

/** What a checkpoint holds besides the agent: plain JSON of the caller's, such as the options that it was made with. */
export interface Checkpoint<Note> {
  readonly agent: SavedAgent;
  readonly note: Note;
}

/**
 * Writes an agent as one safetensors file, arrays by name and everything else as JSON in its metadata, and replaces the file that was
 * there as one unit.
 *
 * @throws OutriggerError `disk`: the old file survives.
 */
export function writeCheckpoint<Note>(
  path: string,
  { agent: { arrays, state }, note }: Checkpoint<Note>,
): void {
  const tensors = Object.entries(arrays).map(([name, data]): [string, NDArray] => [
    name,
    { dtype: data instanceof Uint8Array ? "bool" : "float32", shape: [data.length], data },
  ]);
  const metadata = { format: FORMAT, state: JSON.stringify(state), note: JSON.stringify(note) };
  replaceFile(path, encodeSafetensors({ arrays: new Map(tensors), metadata }));
}

/**
 * Reads what {@link writeCheckpoint} wrote.
 *
 * @returns undefined if there is no such file.
 * @throws RlGvfError `bad-state` for a file of another kind; OutriggerError `bad-file` for a damaged one.
 */
export function readCheckpoint<Note>(path: string): Checkpoint<Note> | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const { arrays, metadata } = decodeSafetensors(bytes, path);
  const { format, state, note } = metadata;
  if (format !== FORMAT || state === undefined || note === undefined) {
    throw new RlGvfError(
      "bad-state",
      `${path} is no checkpoint of an agent of this version (format "${format ?? "none"}", expected "${FORMAT}").`,
    );
  }
  const entries = [...arrays].map(([name, { data }]) => [name, data as Float32Array | Uint8Array] as const);
  try {
    return {
      agent: { arrays: Object.fromEntries(entries), state: JSON.parse(state) },
      note: JSON.parse(note) as Note,
    };
  } catch (cause) {
    throw new RlGvfError(
      "bad-state",
      `${path} is damaged: a part of it is not JSON. Restore a copy, or train anew.`,
      { path },
      cause,
    );
  }
}
