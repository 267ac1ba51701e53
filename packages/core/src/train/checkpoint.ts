import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import type { Best, Stopped } from "./callback/event.ts";
import type { Position } from "./cursor.ts";
import { replaceFile } from "./disk.ts";
import { namedLeaves } from "./flat.ts";
import type { EpochRecord, EpochSums } from "./history.ts";
import type { KeptState } from "./kept-state.ts";
import type { Params } from "./model.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { StepState } from "./step.ts";

const format = 2;

/** Where a run stands, besides its arrays. Plain JSON. */
export interface RunState {
  /** The epoch under way, from 0. */
  readonly epoch: number;
  readonly position: Position;
  readonly step: StepState;
  readonly streams: { readonly dropout: readonly number[]; readonly method: readonly number[] };
  readonly sums: EpochSums;
  readonly history: readonly EpochRecord[];
  readonly best: Best | null;
  /** Length of the log when this was written. */
  readonly logBytes: number;
  /** Length of the diagnostics; a checkpoint of before there were any has none. */
  readonly diagnosticsBytes?: number;
  readonly stopped: Stopped | null;
}

/** What must be the same for a run to be continued, by name. */
export type Fingerprint = Readonly<Record<string, string>>;

/** A run as it is kept on disk. */
export interface Checkpoint {
  readonly fingerprint: Fingerprint;
  readonly state: RunState;
  readonly params: Params;
  /** Parameters of the best epoch. */
  readonly best: Params;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** An aggregator's or a procedure's arrays. */
  readonly memory: Readonly<Record<string, Float32Array>>;
  /** What the model changes beside its parameters. */
  readonly kept: Pick<KeptState, "now" | "best">;
}

/**
 * Writes a run as one safetensors file, arrays under `params/…`, `best/…`, `slots/…`, `memory/…`, `state/…` and `best-state/…`, everything else as JSON in the header's
 * metadata, and replaces the file that was there as one unit.
 *
 * @throws OutriggerError "disk" (the old file survives), "non-finite" if a parameter is not finite: no sound file is ever
 * replaced by a diverged run.
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  const { fingerprint, state, params, best, slots, memory, kept } = checkpoint;
  const arrays = new Map<string, NDArray>();
  for (const [name, array] of namedLeaves(params)) {
    if (!array.data.every((value) => Number.isFinite(value))) {
      throw new OutriggerError(
        "non-finite",
        `Parameter ${name} is not finite after step ${state.step.step}. Lower the learning rate or set maxGradientNorm.`,
        { parameter: name, step: state.step.step },
      );
    }
    arrays.set(`params/${name}`, array);
  }
  for (const [name, array] of namedLeaves(best)) arrays.set(`best/${name}`, array);
  for (const [name, array] of vectors(slots)) arrays.set(`slots/${name}`, array);
  for (const [name, array] of vectors(memory)) arrays.set(`memory/${name}`, array);
  for (const [name, array] of Object.entries(kept.now)) arrays.set(`state/${name}`, array);
  for (const [name, array] of Object.entries(kept.best)) arrays.set(`best-state/${name}`, array);
  const metadata = {
    format: `${format}`,
    fingerprint: JSON.stringify(fingerprint),
    state: JSON.stringify(state),
  };
  replaceFile(path, encodeSafetensors({ arrays, metadata }));
}

/** An error of a run that has a checkpoint: one of the disk says that the run goes on from there. */
export function resumable(error: unknown, path: string): unknown {
  if (!(error instanceof OutriggerError) || error.code !== "disk" || !platform.fs.existsSync(path))
    return error;
  const said = `${error.message} The run continues from its last checkpoint.`;
  return new OutriggerError(error.code, said, error.details, error.cause);
}

const vectors = (data: Readonly<Record<string, Float32Array>>): Map<string, NDArray> =>
  new Map(
    Object.entries(data).map(([name, data]) => [name, { dtype: "float32", shape: [data.length], data }]),
  );

/** A record among the texts of a checkpoint. */
function parsed(path: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new OutriggerError(
    "bad-file",
    `${path} is damaged: a part of it is not JSON. Delete it to start anew.`,
    {
      path,
    },
  );
}

/** Copies arrays of a file into the arrays that a run works on. */
function fill(
  path: string,
  arrays: ReadonlyMap<string, NDArray>,
  prefix: string,
  into: Map<string, NDArray>,
): void {
  for (const [name, { data, dtype }] of into) {
    const found = arrays.get(`${prefix}/${name}`);
    if (found?.dtype === dtype && found.data.length === data.length) data.set(found.data);
    else
      throw new OutriggerError(
        "bad-file",
        `${path} has no fitting array "${prefix}/${name}". Delete it to start anew.`,
        { path },
      );
  }
}

/**
 * Reads a checkpoint into the arrays given.
 *
 * @returns null if there is no file.
 * @throws OutriggerError "bad-file" if it is damaged or of another version, "bad-option" if it was written by a run with other
 * options, naming those that differ.
 */
export function readCheckpoint(path: string, into: Omit<Checkpoint, "state">): RunState | null {
  let bytes: Uint8Array;
  try {
    bytes = platform.fs.readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new OutriggerError(
      "bad-file",
      `Could not read ${path}: ${(error as Error).message}.`,
      { path },
      error,
    );
  }
  const { arrays, metadata } = decodeSafetensors(bytes, path);
  if (metadata.format !== `${format}` || metadata.fingerprint === undefined || metadata.state === undefined) {
    throw new OutriggerError(
      "bad-file",
      `${path} is no checkpoint of this version (format ${metadata.format ?? "missing"}, expected ${format}). Delete it to start anew.`,
      { path },
    );
  }
  const saved = parsed(path, metadata.fingerprint) as Fingerprint;
  const names = [...new Set([...Object.keys(saved), ...Object.keys(into.fingerprint)])];
  const differ = names.filter((name) => saved[name] !== into.fingerprint[name]);
  if (differ.length > 0) {
    const list = differ
      .map((name) => `${name} (was ${saved[name]}, now ${into.fingerprint[name]})`)
      .join("; ");
    throw new OutriggerError(
      "bad-option",
      `${path} was written by a run with other options: ${list}. Use the same options, another directory, or resume: false to start anew.`,
      { path, differ },
    );
  }
  fill(path, arrays, "params", namedLeaves(into.params));
  fill(path, arrays, "best", namedLeaves(into.best));
  fill(path, arrays, "slots", vectors(into.slots));
  fill(path, arrays, "memory", vectors(into.memory));
  fill(path, arrays, "state", new Map(Object.entries(into.kept.now)));
  fill(path, arrays, "best-state", new Map(Object.entries(into.kept.best)));
  return parsed(path, metadata.state) as RunState;
}
