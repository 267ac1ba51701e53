import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Batch, checkBatch } from "../environment/batch.ts";
import { checkAction } from "../environment/check-action.ts";
import type { Episode } from "../environment/vector.ts";
import type { ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError, type RlGvfErrorCode } from "../error.ts";
import {
  ERROR,
  encodeFrame,
  encodeJson,
  type Frame,
  HELLO,
  PROTOCOL,
  RESET,
  RESULT,
  SPEC,
  STEP,
} from "./frames.ts";
import { type AtariPreset, atariPresets } from "./presets.ts";
import { PythonProcess } from "./python-process.ts";

export interface BridgeOptions {
  /** A Gymnasium id, or `atari/<rom>` with ale-py's name of the ROM: `atari/ms_pacman`. */
  readonly environment: string;
  readonly count: number;
  /** Options of the environment; for Atari they go before those of the preset. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** For Atari. Default `ale-v5`. */
  readonly preset?: AtariPreset;
  /** Default `$OUTRIGGER_PYTHON`, else `python3`. It needs `gymnasium`, and `ale-py` for Atari. */
  readonly python?: string;
  /** The Python side. Default: the one of this package. */
  readonly script?: string;
  /** Most milliseconds that a step may take. Default 60,000; the start may take twice as long. */
  readonly timeout?: number;
  readonly onLog?: (line: string) => void;
}

/** Environments in a Python process, stepped together. One request at a time. */
export interface Bridge {
  readonly name: string;
  readonly count: number;
  readonly observation: ObservationSpace;
  readonly actions: readonly string[];
  /** An environment resets in the step after its end; that step ignores the action and has reward 0. */
  readonly autoreset: "next-step";
  /** Of Python and its packages. */
  readonly versions: Readonly<Record<string, string>>;
  readonly pid: number | undefined;
  /** Starts all environments; environment i is seeded with seed + i. Without this, `step` fails. */
  reset(seed: number, batch: Batch): Promise<void>;
  /**
   * One action an environment; writes observations, rewards and flags, and gives the games that ended.
   *
   * @throws RlGvfError `bad-action`, `shape`: nothing was sent. `bridge-environment`: Python raised an error, quoted in `details.traceback`;
   * the process lives. `bridge-exit`, `bridge-protocol`, `bridge-timeout`: the process is dead; `restart` starts another.
   */
  step(actions: ArrayLike<number>, batch: Batch): Promise<Episode[]>;
  /** Ends the process, if it still runs, and starts another one, whose environments must be reset. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Beside the package's description, whether this file runs from its source or compiled. */
const SCRIPT = join(
  dirname(createRequire(import.meta.url).resolve("@outrigger/rl-gvf/package.json")),
  "python/outrigger_bridge.py",
);
/** Rewards, terminated, truncated: bytes an environment. */
const FLAG_BYTES = 6;
/** Room for the list of ended games, and for tracebacks. */
const SPARE_BYTES = 0x100000;

/**
 * Starts Python with `count` Gymnasium environments. Observations are those of Gymnasium, flattened row-major; Atari's are the newest
 * 84 × 84 frame alone (`frameStack` keeps the last four) with unclipped rewards.
 *
 * @example
 * const bridge = await startBridge({ environment: "atari/breakout", count: 8, preset: "dqn-baselines" });
 * const batch = createBatch(bridge);
 * await bridge.reset(7, batch);
 * const games = await bridge.step(actions, batch);
 *
 * @throws RlGvfError `bad-option`; `missing-package` if Python lacks one; `bridge-version` if the two sides speak other protocols;
 * `bridge-environment` if the environment cannot be made; `bridge-exit` if Python cannot be started or dies; `bridge-timeout`.
 * Cost a step: one round trip besides the environments' own, about 0.2 ms with 16 Atari frames on a busy two-core machine.
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { environment, count, preset, timeout = 60_000, script = SCRIPT, onLog } = options;
  const python = options.python ?? process.env.OUTRIGGER_PYTHON ?? "python3";
  const hello = {
    protocol: PROTOCOL,
    environment,
    count,
    options: environmentOptions(environment, preset, options),
  };
  checkOptions(count, timeout);
  const start = async (): Promise<{ child: PythonProcess; spec: Spec }> => {
    const child = new PythonProcess({ python, script, onLog });
    try {
      const answer = await child.request(encodeJson(HELLO, hello), 2 * timeout);
      const spec = specOf(expectFrame(answer, SPEC));
      child.limit = count * (FLAG_BYTES + 4 * observationSize(spec.observation)) + SPARE_BYTES;
      return { child, spec };
    } catch (error) {
      await child.close();
      throw error;
    }
  };
  const first = await start();
  const { name, observation, actions, versions } = first.spec;
  let { child } = first;
  let isReset = false;
  const exchange = async (frame: Buffer, batch: Batch): Promise<Episode[]> => {
    const answer = await child.request(frame, timeout);
    try {
      return readResult(answer, observation, batch);
    } catch (error) {
      // Whatever comes after what cannot be read cannot be trusted.
      if (error instanceof RlGvfError && error.code === "bridge-protocol") child.fail(error);
      throw error;
    }
  };

  return {
    name,
    count,
    observation,
    actions,
    autoreset: "next-step",
    versions,
    get pid() {
      return child.pid;
    },
    async reset(seed, batch) {
      checkBatch(batch, observation, count, "next-step");
      if (!Number.isInteger(seed) || seed < 0 || seed > 0x7fffffff - count) {
        throw new RlGvfError("bad-option", `A seed is a whole number from 0 to about 2^31, not ${seed}.`, {
          seed,
        });
      }
      await exchange(encodeJson(RESET, { seed }), batch);
      isReset = true;
    },
    async step(chosen, batch) {
      checkBatch(batch, observation, count, "next-step");
      if (!isReset)
        throw new RlGvfError("episode-over", `${name} has no episode yet: call reset(seed, batch) first.`);
      if (chosen.length !== count) {
        throw new RlGvfError("shape", `${count} environments need ${count} actions, not ${chosen.length}.`);
      }
      for (let i = 0; i < count; i++) checkAction({ name, actions }, chosen[i]!);
      const payload = Buffer.allocUnsafe(4 * count);
      for (let i = 0; i < count; i++) payload.writeInt32LE(chosen[i]!, 4 * i);
      return await exchange(encodeFrame(STEP, payload), batch);
    },
    async restart() {
      await child.close();
      isReset = false;
      ({ child } = await start());
    },
    close: () => child.close(),
  };
}

interface Spec {
  readonly name: string;
  readonly observation: ObservationSpace;
  readonly actions: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

function environmentOptions(
  environment: string,
  preset: AtariPreset | undefined,
  { options = {} }: BridgeOptions,
): Readonly<Record<string, unknown>> {
  if (environment.startsWith("atari/")) return { ...atariPresets[preset ?? "ale-v5"], ...options };
  if (preset === undefined) return options;
  throw new RlGvfError("bad-option", `The preset ${preset} is for Atari: atari/<rom>, not ${environment}.`);
}

function checkOptions(count: number, timeout: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RlGvfError(
      "bad-option",
      `The count of environments must be a positive whole number, not ${count}.`,
    );
  }
  if (timeout > 0 && timeout < 2 ** 30) return;
  throw new RlGvfError("bad-option", `The time-out is a positive number of milliseconds, not ${timeout}.`);
}

const CODES: Readonly<Record<string, RlGvfErrorCode>> = {
  environment: "bridge-environment",
  unsupported: "bridge-environment",
  version: "bridge-version",
  protocol: "bridge-protocol",
  "missing-package": "missing-package",
};

/** The payload of a frame of the type expected; Python's errors are thrown. */
function expectFrame({ type, payload }: Frame, expected: number): Buffer {
  if (type === expected) return payload;
  if (type !== ERROR) {
    throw new RlGvfError("bridge-protocol", `Python answered with a frame of type ${type}, not ${expected}.`);
  }
  const { kind, message, traceback } = parsed(payload) as Record<"kind" | "message" | "traceback", string>;
  throw new RlGvfError(CODES[kind] ?? "bridge-protocol", `Python: ${message}`, { traceback });
}

function specOf(payload: Buffer): Spec {
  const { protocol, ...spec } = parsed(payload) as Spec & { protocol: unknown };
  if (protocol === PROTOCOL) return spec;
  throw new RlGvfError(
    "bridge-version",
    `The Python side speaks protocol ${String(protocol)}, this one ${PROTOCOL}: use the script of the same version of the package.`,
  );
}

/** Writes what a RESULT frame holds; gives the games that ended. */
function readResult(frame: Frame, observation: ObservationSpace, batch: Batch): Episode[] {
  const payload = expectFrame(frame, RESULT);
  const count = batch.rewards.length;
  const values = count * observationSize(observation);
  const bytes = observation.dtype === "uint8" ? values : 4 * values;
  const end = FLAG_BYTES * count + bytes;
  if (payload.length < end) {
    throw new RlGvfError("bridge-protocol", `Python sent ${payload.length} bytes for a step, not ${end}.`);
  }
  for (let i = 0; i < count; i++) batch.rewards[i] = payload.readFloatLE(4 * i);
  batch.terminated.set(payload.subarray(4 * count, 5 * count));
  batch.truncated.set(payload.subarray(5 * count, 6 * count));
  const data = payload.subarray(FLAG_BYTES * count, end);
  if (observation.dtype === "uint8") batch.observations.set(data);
  else {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < values; i++) batch.observations[i] = view.getFloat32(4 * i, true);
  }
  if (payload.length === end) return [];
  const ended = parsed(payload.subarray(end)) as [number, number, number][];
  return ended.map(([environment, total, length]) => ({ environment, return: total, length }));
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (cause) {
    throw new RlGvfError("bridge-protocol", "Python sent a frame that should be JSON and is not.", {}, cause);
  }
}
