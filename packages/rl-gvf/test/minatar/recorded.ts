import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RandomSource } from "../../src/environment.ts";

/** One draw of the recording: where, uniform or integer, bounds, value or eight values. */
type Draw = readonly [string | number, "u" | "i", number | null, number | null, number | number[]];

export interface Trace {
  readonly game: string;
  readonly stickyActionProb: number;
  readonly difficultyRamping: boolean;
  readonly channels: string[];
  readonly initialObsHash: string;
  readonly requestedAction: number[];
  readonly executedAction?: number[];
  readonly reward: number[];
  readonly terminal: number[];
  readonly obsHash: string[];
  readonly channelSums: number[][];
  readonly ramp: number[] | number | null;
  readonly resets: Record<string, { obsHash: string }>;
  readonly obsBits: Record<string, string>;
  readonly draws: Draw[];
}

export interface FuzzCase {
  readonly id: number;
  readonly name?: string;
  readonly difficultyRamping: boolean;
  /** The original's variables, which differ by game. */
  readonly setup: unknown;
  readonly obsHash0: string;
  readonly action: number[];
  readonly reward: number[];
  readonly terminal: number[];
  readonly obsHash: string[];
  readonly ramp?: number[];
  readonly draws: Draw[];
}

export interface PolicyStatistics {
  readonly meanReturn: number;
  readonly seReturn: number;
  readonly meanLength: number;
  readonly seLength: number;
  readonly episodes: number;
}

export const folder: string = join(process.env.OUTRIGGER_DATA ?? "", "rl");
export const missing: boolean =
  process.env.OUTRIGGER_DATA === undefined || !existsSync(join(folder, "stats.json"));
/** For the title of what is skipped. */
export const reason: string = missing ? " (skipped: set OUTRIGGER_DATA to a folder with rl/stats.json)" : "";

export const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

/** Hands out recorded draws in their order; another kind or range of draw than the recorded one is an error. */
export class Recording implements RandomSource {
  readonly #draws: { kind: "u" | "i"; low: number; n: number; value: number }[];
  #next = 0;

  constructor(draws: readonly Draw[]) {
    this.#draws = draws.flatMap(([, kind, low, high, values]) =>
      [values].flat().map((value) => ({ kind, low: low ?? 0, n: (high ?? 0) - (low ?? 0), value })),
    );
  }

  get left(): number {
    return this.#draws.length - this.#next;
  }

  get state(): number[] {
    return [this.#next];
  }

  set state(state: number[]) {
    this.#next = state[0]!;
  }

  uniform(): number {
    return this.#take("u").value;
  }

  integer(n: number): number {
    const draw = this.#take("i");
    if (draw.n !== n) throw new Error(`Drew one of ${n}; the original drew one of ${draw.n}.`);
    return draw.value - draw.low;
  }

  normal(): number {
    throw new Error("No game draws normal numbers.");
  }

  #take(kind: "u" | "i"): { low: number; n: number; value: number } {
    const draw = this.#draws[this.#next++];
    if (draw?.kind !== kind)
      throw new Error(`Draw ${this.#next - 1} is "${draw?.kind ?? "none"}", not "${kind}".`);
    return draw;
  }
}

/** 32-bit FNV-1a of the observation's bytes, as 8 hex digits. */
export function hashOf(cells: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const cell of cells) hash = Math.imul(hash ^ cell, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Eight cells a byte, the first in the highest bit, as hex digits. */
export function bitsOf(cells: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(cells.length / 8));
  cells.forEach((cell, i) => {
    bytes[i >> 3]! |= cell << (7 - (i & 7));
  });
  return Buffer.from(bytes).toString("hex");
}
