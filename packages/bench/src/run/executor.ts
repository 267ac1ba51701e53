import type { Machine } from "../results/row.ts";
import type { Ending } from "./message.ts";
import type { TrialSpec } from "./plan.ts";

/** How a trial ended. */
export interface Outcome {
  readonly reply: Ending;
  readonly startedAt: Date;
  /** How often it was started: more than once after an attempt was lost. */
  readonly attempts: number;
  /** Where it ran, unless that was here. */
  readonly machine?: Machine;
  /** To be called once the row is on the disk: what the executor still holds of the trial can go. */
  readonly stored?: () => void;
}

export type Watch = (fraction: number, note?: string) => void;

/** What happens to a trial before it has ended. */
export interface TrialEvents {
  start(): void;
  progress: Watch;
  /** The `tried`-th attempt was lost, and another follows. */
  lost(why: string, tried: number): void;
}

/** Where trials run. Adding a place to run them is one file with one of these. */
export interface Executor {
  readonly name: string;
  /** Trials at a time here, for the rows of those that ran here; 0 where others run them. */
  readonly jobs: number;
  /** Trials that a display shows at a time. */
  readonly lines: number;
  readonly threads: number;
  /**
   * Queues a trial and resolves when it has ended, well or badly; first in, first out.
   * @throws Stopped after `stop`, Deferred when it will run later and elsewhere.
   */
  run(trial: TrialSpec, on: TrialEvents): Promise<Outcome>;
  /** Kills what runs here and refuses what waits. */
  stop(): void | Promise<void>;
  /** Hands over the trials that it deferred, and says how to go on. */
  later?(): string;
}

/** The run was stopped from outside; finished trials are kept. */
export class Stopped extends Error {
  constructor() {
    super("The run was stopped.");
    this.name = "Stopped";
  }
}

/** The trial was handed to something that runs it later; the same command takes the result then. */
export class Deferred extends Error {
  constructor() {
    super("The trial runs later.");
    this.name = "Deferred";
  }
}
