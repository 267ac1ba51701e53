import { join } from "node:path";
import type { Arm, Tier } from "../benchmark.ts";
import { choose, sealed } from "../results/choose.ts";
import { describeRemarks } from "../results/read.ts";
import type { Row } from "../results/row.ts";
import { ResultFile } from "../results/store.ts";
import type { Found } from "./discover.ts";
import { type Environment, environment } from "./environment.ts";
import type { Executor, Outcome } from "./executor.ts";
import { candidatesOf, type TrialSpec, trialCount, trialOf } from "./plan.ts";

/** What a run tells about itself while it goes on. */
export interface Observer {
  begin(trials: number): void;
  /** Something about the results that are there already: a line that was cut off, a line that is no result. */
  remark(text: string): void;
  start(trial: TrialSpec): void;
  progress(trial: TrialSpec, fraction: number, note?: string): void;
  /** `reused`: it was finished before this run. */
  end(trial: TrialSpec, row: Row, reused: boolean): void;
  /** Trials that will not be run, because all candidates of their arm failed. */
  dropped(trials: number): void;
}

export interface RunRequest {
  readonly found: readonly Found[];
  readonly tier: Tier;
  readonly executor: Executor;
  /** Folder of working results: OUT/PACKAGE/TIER.jsonl. */
  readonly out: string;
  /** Folder with the lock file. */
  readonly project: string;
  /** Methods to run; the baseline of each group always runs, for every row is paired against it. */
  readonly only?: readonly string[];
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

/** The arms of a benchmark that a request asks for. */
export function armsOf(found: Found, tier: Tier, only?: readonly string[]): readonly Arm[] {
  const { benchmark } = found;
  const arms = benchmark.tiers[tier] ? benchmark.arms(tier) : [];
  if (!only) return arms;
  const asked = arms.filter((arm) => only.includes(arm.method));
  const groups = new Set(asked.map((arm) => arm.group ?? ""));
  return arms.filter(
    (arm) => asked.includes(arm) || (arm.method === benchmark.baseline && groups.has(arm.group ?? "")),
  );
}

/**
 * Runs every trial that is not finished: of each arm first the candidates with the first seed, then, with the one that is best on
 * validation, the other seeds. Each row is on disk before the next trial starts in its place, so a run can be stopped at any time.
 *
 * @throws Stopped when the executor was stopped.
 */
export async function run(request: RunRequest): Promise<RunSummary> {
  const { found, tier, observer, only } = request;
  const total = found.flatMap((entry) => {
    const seeds = entry.benchmark.tiers[tier]?.seeds.length ?? 0;
    return armsOf(entry, tier, only).map((arm) => trialCount(arm, seeds));
  });
  observer.begin(total.reduce((sum, count) => sum + count, 0));
  const files = new Map<string, PackageResults>();
  for (const entry of found) {
    const path = resultPath(request.out, entry, tier);
    if (!files.has(path)) files.set(path, new PackageResults(path, request, entry));
  }
  try {
    const arms = found.flatMap((entry) =>
      armsOf(entry, tier, only).map((arm) => {
        const results = files.get(resultPath(request.out, entry, tier)) as PackageResults;
        return runArm(entry, arm, tier, results, observer);
      }),
    );
    // All settle before the files close: a stopped run still writes what has just ended.
    for (const outcome of await Promise.allSettled(arms)) {
      if (outcome.status === "rejected") throw outcome.reason;
    }
  } finally {
    for (const file of files.values()) file.close();
  }
  const all = [...files.values()];
  return {
    ran: all.reduce((sum, file) => sum + file.ran, 0),
    reused: all.reduce((sum, file) => sum + file.reused, 0),
    failed: all.flatMap((file) => file.failed),
  };
}

async function runArm(
  found: Found,
  arm: Arm,
  tier: Tier,
  results: PackageResults,
  observer: Observer,
): Promise<void> {
  const [first, ...rest] = found.benchmark.tiers[tier]?.seeds ?? [];
  if (first === undefined) return;
  const candidates = candidatesOf(arm);
  let winner = candidates[0] ?? null;
  if (candidates.length > 1) {
    const tuning = await Promise.all(
      candidates.map((candidate) => results.row(trialOf(found, tier, arm, candidate, first, "tune"))),
    );
    const done = tuning.filter((row) => row.status === "done");
    const chosen = choose(done.map(sealed), found.benchmark.metric);
    if (chosen === null) return observer.dropped(rest.length);
    winner = candidates[chosen.index] ?? null;
  } else {
    await results.row(trialOf(found, tier, arm, winner, first, "score"));
  }
  await Promise.all(rest.map((seed) => results.row(trialOf(found, tier, arm, winner, seed, "score"))));
}

/** The results file of one package, and how to get a row that it lacks. */
class PackageResults {
  ran = 0;
  reused = 0;
  readonly failed: Row[] = [];
  readonly #request: RunRequest;
  readonly #finished: Map<string, Row>;
  readonly #running = new Map<string, Promise<Row>>();
  readonly #file: ResultFile;
  readonly #environment: Environment;

  constructor(path: string, request: RunRequest, found: Found) {
    this.#request = request;
    this.#file = new ResultFile(path);
    for (const text of describeRemarks(this.#file.before)) request.observer.remark(text);
    const done = this.#file.before.rows.filter((row) => row.status === "done");
    this.#finished = new Map(done.map((row) => [row.id, row]));
    this.#environment = environment(found.root, request.project);
  }

  /** The row of a trial: an earlier one if it is finished, else that of a new run. */
  row(trial: TrialSpec): Promise<Row> {
    const known = this.#finished.get(trial.id);
    if (known) {
      this.reused++;
      this.#request.observer.end(trial, known, true);
      return Promise.resolve(known);
    }
    let running = this.#running.get(trial.id);
    if (!running) {
      running = this.#execute(trial);
      this.#running.set(trial.id, running);
    }
    return running;
  }

  async #execute(trial: TrialSpec): Promise<Row> {
    const { executor, observer } = this.#request;
    const outcome = await executor.run(trial, {
      start: () => observer.start(trial),
      progress: (fraction, note) => observer.progress(trial, fraction, note),
    });
    const row = rowOf(trial, outcome, this.#environment, executor);
    this.#file.append(row);
    this.ran++;
    if (row.status === "failed") this.failed.push(row);
    observer.end(trial, row, false);
    return row;
  }

  close(): void {
    this.#file.close();
  }
}

function rowOf(trial: TrialSpec, outcome: Outcome, shared: Environment, executor: Executor): Row {
  const { id, found, method, group, kind, options, candidate, purpose, seed, tier } = trial;
  const { reply, startedAt, attempts } = outcome;
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
      ? { metrics: {}, error: attempts > 1 ? `${reply.error}\n(tried twice)` : reply.error }
      : reply.result),
    provenance: {
      packageVersion: found.packageVersion,
      ...shared,
      threads: executor.threads,
      jobs: executor.jobs,
      startedAt: startedAt.toISOString(),
      seconds: Math.round(reply.seconds * 1000) / 1000,
      peakMemory: reply.peakMemory || null,
    },
  };
}
