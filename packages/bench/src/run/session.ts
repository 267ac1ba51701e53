import { join } from "node:path";
import type { Tier } from "../benchmark.ts";
import { describeRemarks } from "../results/read.ts";
import type { Row } from "../results/row.ts";
import { ResultFile } from "../results/store.ts";
import type { Found } from "./discover.ts";
import { type Environment, environment } from "./environment.ts";
import { Deferred, type Executor, type Outcome, Stopped } from "./executor.ts";
import type { TrialSpec } from "./plan.ts";

/** What a run tells about itself while it goes on. */
export interface Observer {
  begin(trials: number): void;
  /** Something about the results that are there already: a line that was cut off, a line that is no result. */
  remark(text: string): void;
  start(trial: TrialSpec): void;
  progress(trial: TrialSpec, fraction: number, note?: string): void;
  /** An attempt was lost (its process died or hung), and the trial is started anew. */
  lost(trial: TrialSpec, why: string, tried: number): void;
  /** `reused`: it was finished before this run. */
  end(trial: TrialSpec, row: Row, reused: boolean): void;
  /** Trials that will not be run, because all candidates of their arm failed. */
  dropped(trials: number): void;
}

export interface SessionOptions {
  readonly executor: Executor;
  /** Folder of working results: OUT/PACKAGE/TIER.jsonl. */
  readonly out: string;
  /** Folder with the lock file. */
  readonly project: string;
  readonly observer: Observer;
}

export interface RunSummary {
  readonly ran: number;
  readonly reused: number;
  readonly failed: readonly Row[];
}

/** Where the working results of a package and tier lie. */
export const resultPath = (out: string, found: Found, tier: Tier): string =>
  join(out, found.package, `${tier}.jsonl`);

/** A results file that is open, with what it knows. */
interface Open {
  readonly file: ResultFile;
  readonly finished: ReadonlyMap<string, Row>;
  readonly running: Map<string, Promise<Row>>;
  readonly environment: Environment;
}

/**
 * Runs trials and keeps their rows: each is on disk before its promise resolves, a trial that is finished is not run again, and one
 * that is asked for twice runs once. Which trials to ask for is the caller's choice (`run`, `tune`, `reproduce`).
 */
export class Session {
  readonly observer: Observer;
  readonly #options: SessionOptions;
  readonly #files = new Map<string, Open>();
  readonly #failed: Row[] = [];
  #ran = 0;
  #reused = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.observer = options.observer;
  }

  get summary(): RunSummary {
    return { ran: this.#ran, reused: this.#reused, failed: this.#failed };
  }

  /** The row of a trial: an earlier one if it is finished, else that of a new run. @throws Stopped when the executor was stopped. */
  row(trial: TrialSpec): Promise<Row> {
    const open = this.#open(trial);
    const known = open.finished.get(trial.id);
    if (known) {
      this.#reused++;
      this.observer.end(trial, known, true);
      return Promise.resolve(known);
    }
    let running = open.running.get(trial.id);
    if (!running) {
      running = this.#execute(trial, open);
      open.running.set(trial.id, running);
    }
    return running;
  }

  /**
   * Waits until all have ended, well or badly, closes the files, and then throws the first error: a stopped run still keeps what has just
   * ended. That it was stopped, or goes on later, is thrown only where nothing worse happened, which may be why it was stopped.
   */
  async settle(parts: readonly Promise<unknown>[]): Promise<RunSummary> {
    const outcomes = await Promise.allSettled(parts);
    for (const { file, running } of this.#files.values()) {
      await Promise.allSettled(running.values());
      outcomes.push(...(await Promise.allSettled([file.close()])));
    }
    const errors = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    const meant = (error: unknown) => error instanceof Stopped || error instanceof Deferred;
    if (errors.length > 0) throw errors.find((error) => !meant(error)) ?? errors[0];
    return this.summary;
  }

  #open({ found, tier }: TrialSpec): Open {
    const path = resultPath(this.#options.out, found, tier);
    let open = this.#files.get(path);
    if (!open) {
      const file = new ResultFile(path);
      for (const text of describeRemarks(file.before)) this.observer.remark(text);
      const done = file.before.rows.filter((row) => row.status === "done");
      open = {
        file,
        finished: new Map(done.map((row) => [row.id, row])),
        running: new Map(),
        environment: environment(found.root, this.#options.project),
      };
      this.#files.set(path, open);
    }
    return open;
  }

  async #execute(trial: TrialSpec, { file, environment }: Open): Promise<Row> {
    const { executor } = this.#options;
    const outcome = await executor.run(trial, {
      start: () => this.observer.start(trial),
      progress: (fraction, note) => this.observer.progress(trial, fraction, note),
      lost: (why, tried) => this.observer.lost(trial, why, tried),
    });
    const row = rowOf(trial, outcome, environment, executor);
    try {
      await file.append(row);
    } catch (error) {
      // The results of all other trials would be thrown away as well.
      void executor.stop();
      throw error;
    }
    outcome.stored?.();
    this.#ran++;
    if (row.status === "failed") this.#failed.push(row);
    this.observer.end(trial, row, false);
    return row;
  }
}

function rowOf(trial: TrialSpec, outcome: Outcome, shared: Environment, executor: Executor): Row {
  const { id, found, method, group, kind, options, candidate, purpose, seed, tier } = trial;
  const { reply, startedAt, attempts, machine } = outcome;
  const identity = { format: 1, id, purpose, benchmark: found.benchmark.name } as const;
  const failed = reply.type === "failed";
  return {
    ...identity,
    status: failed ? "failed" : "done",
    version: found.benchmark.version,
    package: found.package,
    codeVersion: found.codeVersion,
    method,
    group,
    kind,
    options,
    candidate,
    seed,
    tier,
    ...(failed
      ? { metrics: {}, error: attempts > 1 ? `${reply.error}\n(tried ${attempts} times)` : reply.error }
      : reply.result),
    provenance: {
      packageVersion: found.packageVersion,
      ...(machine ?? { ...shared, threads: executor.threads, jobs: executor.jobs }),
      startedAt: startedAt.toISOString(),
      seconds: Math.round(reply.seconds * 1000) / 1000,
      peakMemory: reply.peakMemory || null,
      ...(attempts > 1 ? { attempts } : {}),
    },
  };
}
