import type { Options, Tier } from "../benchmark.ts";
import type { Result } from "../results/row.ts";

/** Runner to trial: what to run. */
export interface Job {
  file: string;
  benchmark: string;
  version: number;
  method: string;
  group: string;
  options: Options;
  seed: number;
  tier: Tier;
  threads: number;
  directory: string;
}

/** Trial to runner: how far it is. */
export interface Progress {
  type: "progress";
  fraction: number;
  note?: string;
}

/** Trial to runner: how it ended. */
export type Ending = { seconds: number; peakMemory: number } & (
  | { type: "done"; result: Result }
  | { type: "failed"; error: string }
);

export type Reply = Progress | Ending;
