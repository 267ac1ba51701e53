import { hostname } from "node:os";
import { resolve as absolute } from "node:path";
import { z } from "zod";
import type { Found } from "./discover.ts";
import { type Executor, type Outcome, Stopped, type TrialEvents } from "./executor.ts";
import { shortHash } from "./hash.ts";
import { limitOf } from "./limit.ts";
import { orderOf } from "./order.ts";
import { failure, readOutcome } from "./outcome.ts";
import type { TrialSpec } from "./plan.ts";
import { jobIdOf, trialIdOf } from "./queue/job-id.ts";
import { difference, meet, type Presence, presenceOf, queueName } from "./queue/presence.ts";
import { within, withResolvers } from "./queue/promise.ts";
import { callRoll } from "./queue/roll.ts";
import type { Server } from "./queue/server.ts";

export interface QueueOptions {
  readonly server: Server;
  /** Every benchmark of the project: their code is what workers must have. */
  readonly all: readonly Found[];
  /** Folder of the results: who takes them. */
  readonly out: string;
  readonly threads?: number;
  /** How often a trial is started at most when its process dies or hangs; default 2. One whose worker is gone is started twice more. */
  readonly attempts?: number;
  readonly limit?: number;
  /** Tells the person what goes on at the server. */
  readonly say: (text: string) => void;
}

/** Seconds between two looks at what nothing was heard of. */
const pause = 5;
/** Trials that are looked at each time. */
const look = 100;
/** Seconds that the server keeps what no runner has taken: a week. */
const kept = 7 * 24 * 3600;

/** What a worker tells of a trial that it runs. */
const progressSchema = z.union([
  z.object({ fraction: z.number(), note: z.string().optional() }),
  z.object({ lost: z.string(), tried: z.int() }),
]);

interface Waiting {
  readonly trial: TrialSpec;
  readonly on: TrialEvents;
  readonly ended: Promise<Outcome>;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
  started: boolean;
  /** How many workers were lost while they ran it. */
  lost: number;
}

/**
 * Puts trials on a BullMQ queue, from which `outrigger worker` on any number of machines takes them, and takes the results. A trial's id
 * is its job's, so that one that is there already is not put there again, whoever put it. What the server tells is only a hint: every few
 * seconds some of the waiting trials are looked for, so that one whose message was missed, or that the server has lost, is found.
 */
export async function bullmqExecutor(options: QueueOptions): Promise<Executor> {
  const { server, all, threads = 1, attempts = 2, limit, say } = options;
  const owner = shortHash(hostname(), absolute(options.out));
  const waiting = new Map<string, Waiting>();
  const [queue, events] = [server.queue(queueName(all)), server.events(queueName(all))];
  let stopped: Promise<void> | null = null;

  const said = new Set<string>();
  const tell = (text: string) => {
    if (!stopped) say(text);
  };
  /** Says a thing once. */
  const once = (text: string) => {
    if (!said.has(text)) tell(text);
    said.add(text);
  };
  const trouble = (error: unknown) => once(`The queue at ${server.shown}: ${server.describe(error)}`);
  queue.on("error", trouble);
  events.on("error", trouble);

  const workers = callRoll();
  /** Whether there was a worker, and whether it was said that there is none. */
  let [met, lonely] = [false, false];
  const me = presenceOf("run", all);
  const hear = (other: Presence) => {
    const worker = `Worker ${other.name}`;
    if (other.kind === "ended" && workers.left(other.name)) tell(`${worker} has ended.`);
    if (other.kind !== "worker") return;
    if (other.version !== me.version)
      once(
        `${worker} has other code and gets no trial of this run: ${difference(other, me)}. Build there what is built here, and start it again.`,
      );
    else if (workers.present(other.name)) {
      met = true;
      tell(`${worker}: ${other.jobs ?? 1} trials at a time.`);
    }
  };

  const submit = async ({ trial }: Waiting): Promise<void> => {
    const order = orderOf(trial, { threads, limit: limitOf(trial, limit), attempts });
    await queue.add(
      "trial",
      { owner, trial: JSON.stringify(order) },
      {
        jobId: jobIdOf(trial.id),
        // An attempt is also used up when a worker cannot hand in its result because the server goes away in that moment.
        attempts: attempts + 2,
        backoff: { type: "exponential", delay: 1000 },
        removeOnComplete: { age: kept },
        removeOnFail: { age: kept },
      },
    );
  };

  /** Looks what has become of a trial, and puts it on the queue if it is not there. */
  const check = async (id: string): Promise<void> => {
    const state = await queue.getJobState(jobIdOf(id));
    const ended = state === "completed" || state === "failed";
    // Asked for after the state, so that a job that has ended comes with its result.
    const job = ended ? await queue.getJob(jobIdOf(id)) : undefined;
    const entry = waiting.get(id);
    if (!entry || stopped) return;
    if (state === "active") start(id);
    if (state === "unknown" || (ended && !job)) return submit(entry);
    if (!job) return;
    if (job.data.owner !== owner) {
      // A result of another folder is not this one's: who runs a trial anew wants a new number.
      await job.remove();
      return submit(entry);
    }
    if (state === "completed") end(id, () => readOutcome(job.returnvalue));
    else end(id, () => failure(job.failedReason));
  };
  const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch(trouble);

  const start = (id: string) => {
    const entry = waiting.get(id);
    if (!entry || entry.started) return;
    entry.started = true;
    entry.on.start();
  };
  const end = (id: string, read: () => Outcome) => {
    const entry = waiting.get(id);
    if (!entry) return;
    start(id);
    waiting.delete(id);
    let outcome: Outcome;
    try {
      outcome = read();
    } catch (error) {
      outcome = failure((error as Error).message);
    }
    const stored = () => void attempt(stopped ? Promise.resolve() : queue.remove(jobIdOf(id)));
    entry.resolve({ ...outcome, stored });
  };

  events.on("active", ({ jobId }) => start(trialIdOf(jobId)));
  events.on("duplicated", ({ jobId }) => void attempt(check(trialIdOf(jobId))));
  events.on("completed", ({ jobId, returnvalue }) => end(trialIdOf(jobId), () => readOutcome(returnvalue)));
  events.on("failed", ({ jobId, failedReason }) => end(trialIdOf(jobId), () => failure(failedReason)));
  events.on("stalled", ({ jobId }) => {
    const entry = waiting.get(trialIdOf(jobId));
    entry?.on.lost("The worker that ran it is gone.", ++entry.lost);
  });
  events.on("progress", ({ jobId, data }) => {
    const told = progressSchema.safeParse(data).data;
    const on = waiting.get(trialIdOf(jobId))?.on;
    if (!told || !on) return;
    if ("lost" in told) on.lost(told.lost, told.tried);
    else on.progress(told.fraction, told.note);
  });

  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  const meeting = await meet(server, me, hear, trouble);
  await meeting.announce();

  /** Asks who is there, and says who is not any more. */
  const ask = async (): Promise<void> => {
    await meeting.announce();
    for (const name of workers.asked())
      tell(`Worker ${name} is gone: it does not answer. Others are given its trials.`);
    const alone = workers.size === 0 && waiting.size > 0;
    if (alone && !lonely)
      tell(
        `No worker with this code is at ${server.shown} ${met ? "any more" : "yet"}. On each machine, in the same project, built the same: outrigger worker`,
      );
    lonely = alone;
  };

  let timer: NodeJS.Timeout;
  const watch = async (): Promise<void> => {
    await attempt(ask());
    // The first go to the end, so that all have their turn.
    const turn = [...waiting.entries()].slice(0, look);
    for (const [id, entry] of turn) {
      waiting.delete(id);
      waiting.set(id, entry);
    }
    await Promise.all(turn.map(([id]) => attempt(check(id))));
    if (!stopped) timer = setTimeout(() => void watch(), pause * 1000);
  };
  timer = setTimeout(() => void watch(), pause * 1000);

  /** Takes a trial back, unless it has ended meanwhile: the next run takes its result, which nobody has told this one of. */
  const takeBack = async (id: string): Promise<void> => {
    const state = await queue.getJobState(jobIdOf(id));
    if (state !== "completed" && state !== "failed") await queue.remove(jobIdOf(id));
  };

  /** Takes back what no worker has begun; what runs is taken by the next run. */
  const close = async (): Promise<void> => {
    clearTimeout(timer);
    const left = [...waiting];
    for (const [, entry] of left) entry.reject(new Stopped());
    waiting.clear();
    const work = async () => {
      await Promise.all(left.map(([id]) => takeBack(id).catch(() => {})));
      await Promise.all([meeting.close(), events.close(), queue.close()]);
    };
    await within(5, work().catch(trouble));
  };

  return {
    name: "bullmq",
    // Of one that no worker has run nobody can say more.
    jobs: 0,
    lines: 12,
    threads,
    run(trial, on) {
      if (stopped) return Promise.reject(new Stopped());
      const known = waiting.get(trial.id);
      if (known) return known.ended;
      const { promise, resolve, reject } = withResolvers<Outcome>();
      const entry: Waiting = { trial, on, ended: promise, resolve, reject, started: false, lost: 0 };
      waiting.set(trial.id, entry);
      void attempt(submit(entry));
      return promise;
    },
    stop() {
      stopped ??= close();
      return stopped;
    },
  };
}
