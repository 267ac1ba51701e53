import { availableParallelism } from "node:os";
import { BenchError } from "../../error.ts";
import type { Machine } from "../../results/row.ts";
import { makeAttempts } from "../attempt.ts";
import { sameCode } from "../code-version.ts";
import type { Found } from "../discover.ts";
import { type Environment, environment } from "../environment.ts";
import type { Watch } from "../executor.ts";
import { type Order, trialOfOrder } from "../order.ts";
import { writeOutcome } from "../outcome.ts";
import type { Runnable } from "../plan.ts";
import { difference, meet, presenceOf, queueName } from "./presence.ts";
import { within, withResolvers } from "./promise.ts";
import type { QueueJob, Server } from "./server.ts";

export interface ServeOptions {
  readonly server: Server;
  readonly all: readonly Found[];
  /** Folder with the lock file. */
  readonly project: string;
  /** Trials at a time; default: one a core. */
  readonly jobs?: number;
  /** Seconds after which others are given the trials of a worker that is gone; default 60. */
  readonly lock?: number;
  readonly say: (text: string) => void;
}

/** A worker at work. */
export interface Serving {
  /** Why it ended by itself; null when it was stopped. */
  readonly ended: Promise<string | null>;
  /** Kills what runs, gives it back to the queue, and ends. */
  stop(): void;
}

/**
 * Takes trials from the queue of this code, runs each in a process of its own (`startTrial`: limit, guard, what it prints), and hands
 * back how it ended. This process computes nothing, so the lock of a job is kept alive while its trial fills every core.
 *
 * A trial that failed by itself has ended, and is a result. One whose process died or hung is lost, and the queue has it tried again, here
 * or elsewhere, until the attempts that the run allows are used up.
 */
export async function serve({ server, all, project, jobs, lock = 60, say }: ServeOptions): Promise<Serving> {
  const concurrency = jobs ?? availableParallelism();
  const me = presenceOf("worker", all, concurrency);
  const attempts = makeAttempts();
  const machineOf = machines(project, concurrency);
  const trouble = troubleOf(server, say);
  /** Why this worker ends; null when it was told to; undefined while it works. */
  let ending: string | null | undefined;

  const run = async (job: QueueJob, token?: string, signal?: AbortSignal): Promise<string> => {
    const { trial, order } = accept(job, all);
    if (!sameCode(trial.found)) end(rebuilt(trial.found));
    if (ending !== undefined) return giveBack(job, token);
    const machine = machineOf(trial.found, order.threads);
    const startedAt = new Date();
    const limit = order.limit ?? Number.POSITIVE_INFINITY;
    const how = { threads: order.threads, limit, progress: reporter(job), signal };
    const { reply, lost } = await attempts.run(trial, how);
    if (signal?.aborted) throw new Error("The job is no longer this worker's.");
    if (ending !== undefined && lost) return giveBack(job, token);
    const tried = job.attemptsMade + job.stalledCounter + 1;
    const outcome = reply.type === "done" ? "done" : reply.error.split("\n")[0];
    say(`${describe(order)}: ${outcome}, ${reply.seconds.toFixed(1)} s`);
    if (reply.type === "failed" && lost && job.attemptsMade + 1 < order.attempts) {
      await job.updateProgress({ lost: reply.error, tried });
      throw new Error(reply.error);
    }
    return writeOutcome({ reply, startedAt, attempts: tried, machine });
  };

  const worker = server.worker(queueName(all), run, { concurrency, lock });
  worker.on("error", trouble);
  // Another worker has the trial now, or the server has lost it.
  worker.on("lockRenewalFailed", (ids) => {
    for (const id of ids) worker.cancelJob(id);
  });
  await worker.waitUntilReady();

  const refused = new Set<string>();
  const meeting = await meet(
    server,
    me,
    (other) => {
      if (other.kind !== "run") return;
      meeting.announce().catch(trouble);
      if (other.version === me.version || refused.has(other.version)) return;
      refused.add(other.version);
      say(
        `The run of ${other.name} has other code, and this worker takes none of its trials: ${difference(other, me)}. Build here what is built there, and start this worker again.`,
      );
    },
    trouble,
  );
  await meeting.announce();

  const working = worker.run();
  say(`Waits for trials at ${server.shown}, ${concurrency} at a time; code ${me.version}.`);
  const { promise: ended, resolve: finish } = withResolvers<string | null>();
  function end(why: string | null): void {
    if (ending !== undefined) return;
    ending = why;
    attempts.stop();
    const close = async () => {
      await worker.close();
      await working;
      await meeting.announce("ended");
      await meeting.close();
    };
    void within(5, close().catch(trouble)).then(() => finish(why));
  }
  return { ended, stop: () => end(null) };
}

const rebuilt = ({ package: name, root }: Found): string =>
  `The code of ${name} in ${root} was built anew since this worker began. Start it again.`;

/** What this machine is, for the rows of a package. */
function machines(project: string, jobs: number): (found: Found, threads: number) => Machine {
  const known = new Map<string, Environment>();
  return ({ root }, threads) => {
    const here = known.get(root) ?? environment(root, project);
    known.set(root, here);
    return { ...here, threads, jobs };
  };
}

/** Tells how far a trial is, at most once a second: hundreds of trials share one server. */
function reporter(job: QueueJob): Watch {
  let last = Number.NEGATIVE_INFINITY;
  return (fraction, note) => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    job.updateProgress({ fraction, note }).catch(() => {}); // Only for the display.
  };
}

/** @throws UnrecoverableError, which BullMQ knows by its name: such a job is not tried again. */
function accept({ data }: QueueJob, all: readonly Found[]): { trial: Runnable; order: Order } {
  try {
    return trialOfOrder(JSON.parse(data.trial), all);
  } catch (error) {
    if (!(error instanceof BenchError || error instanceof SyntaxError)) throw error;
    throw Object.assign(new Error(error.message), { name: "UnrecoverableError" });
  }
}

/** @throws WaitingError, which BullMQ knows by its name: the job is neither done nor failed. */
async function giveBack(job: QueueJob, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw Object.assign(new Error("The worker ends."), { name: "WaitingError" });
}

const describe = ({ benchmark, group, method, seed }: Order): string =>
  `${[benchmark, group, method].filter((part) => part !== "").join(" ")}, seed ${seed}`;

/** Says each trouble once until something else happens. */
function troubleOf(server: Server, say: (text: string) => void): (error: unknown) => void {
  let last = "";
  return (error) => {
    const text = `The queue at ${server.shown}: ${server.describe(error)}`;
    if (text !== last) say(text);
    last = text;
  };
}
