import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { VisionRockError, type VisionRockErrorCode } from "../error.ts";
import type { Sample } from "../sample.ts";
import { planRoom, type RoomOptions } from "./plan/plan-room.ts";
import { type RenderOptions, renderRoom } from "./render/render.ts";

export type PictureOptions = RoomOptions & RenderOptions;

export interface RenderRequest {
  readonly job: number;
  readonly seed: number;
  readonly options: PictureOptions;
}

export type RenderReply =
  | { readonly job: number; readonly sample: Sample }
  | {
      readonly job: number;
      readonly failure: {
        code: VisionRockErrorCode;
        message: string;
        details: Readonly<Record<string, unknown>>;
      };
    };

/** Threads that render rooms. */
export interface RenderPool {
  /** Threads at work; 0 when rooms are rendered in this one. */
  readonly workers: number;
  /** The room of a seed; the same bytes whichever thread renders it. */
  readonly render: (seed: number, options?: PictureOptions) => Promise<Sample>;
  readonly close: () => Promise<void>;
}

/** A thread does not wait for its next room while the last one is on its way. */
const IN_FLIGHT = 2;

interface Job extends RenderRequest {
  readonly resolve: (sample: Sample) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Starts threads that render rooms. Where they cannot be started, or die, rooms are rendered in the calling thread. Idle threads do not keep the process
 * alive.
 *
 * @param options.workers default: the processors that the process may use. 0 for none.
 *
 * @example
 * const pool = await renderPool({ workers: 2 });
 * const rooms = await Promise.all([1, 2, 3].map((seed) => pool.render(seed)));
 * await pool.close();
 */
export async function renderPool({
  workers = availableParallelism(),
}: {
  readonly workers?: number;
} = {}): Promise<RenderPool> {
  if (!Number.isInteger(workers) || workers < 0) {
    throw new VisionRockError("bad-option", `workers must be a whole number of at least 0, not ${workers}.`);
  }
  const started = await Promise.all(Array.from({ length: workers }, start));
  const threads = started.flatMap((worker) => worker ?? []);
  /** Jobs of each thread, by their numbers. */
  const busy = new Map<Worker, Map<number, Job>>(threads.map((worker) => [worker, new Map()]));
  const waiting: Job[] = [];
  let jobs = 0;

  const feed = (): void => {
    for (const [worker, own] of busy) {
      while (own.size < IN_FLIGHT && waiting.length > 0) {
        const job = waiting.shift()!;
        own.set(job.job, job);
        worker.ref();
        const request: RenderRequest = { job: job.job, seed: job.seed, options: job.options };
        // An empty list of transfers: a thread has no origin.
        worker.postMessage(request, []);
      }
    }
    if (busy.size === 0) for (const job of waiting.splice(0)) void inProcess(job);
  };
  const gone = (worker: Worker): void => {
    const own = busy.get(worker);
    busy.delete(worker);
    waiting.unshift(...(own?.values() ?? []));
    feed();
  };
  for (const worker of threads) {
    worker.on("message", (reply: RenderReply) => {
      const own = busy.get(worker);
      const job = own?.get(reply.job);
      if (own === undefined || job === undefined) return;
      own.delete(reply.job);
      if ("sample" in reply) job.resolve(reply.sample);
      else job.reject(new VisionRockError(reply.failure.code, reply.failure.message, reply.failure.details));
      feed();
      if (own.size === 0) worker.unref();
    });
    worker.on("error", () => gone(worker));
    worker.on("exit", () => gone(worker));
    worker.unref();
  }

  return {
    get workers() {
      return busy.size;
    },
    render: (seed, options = {}) =>
      new Promise<Sample>((resolve, reject) => {
        waiting.push({ job: jobs++, seed, options, resolve, reject });
        feed();
      }),
    close: async () => {
      await Promise.all([...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}

async function inProcess({ seed, options, resolve, reject }: Job): Promise<void> {
  // Lets timers and input through between two rooms.
  await setImmediate();
  try {
    resolve(renderRoom(planRoom(seed, options), options));
  } catch (error) {
    reject(error);
  }
}

/** Loads the thread's source, which its own loader must turn into JavaScript first: `--import tsx` does nothing in threads. */
const FROM_SOURCE = `import("tsx/esm/api").then(({ register }) => {
  register();
  return import(require("node:worker_threads").workerData);
});`;

/** A thread that has said that it is ready; undefined if it ends instead. */
function start(): Promise<Worker | undefined> {
  const extension = extname(import.meta.url);
  const file = new URL(`./render-worker${extension}`, import.meta.url);
  const worker =
    extension === ".ts"
      ? new Worker(FROM_SOURCE, {
          eval: true,
          workerData: file.href,
          execArgv: ["--conditions=@outrigger/source"],
        })
      : new Worker(file);
  return new Promise((resolve) => {
    worker.once("message", () => resolve(worker));
    worker.once("error", (error) => {
      process.emitWarning(
        `A thread for rooms did not start, so they are rendered in fewer: ${String(error)}`,
      );
      resolve(undefined);
    });
    worker.once("exit", () => resolve(undefined));
  });
}
