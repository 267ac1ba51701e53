import type { Worker } from "node:worker_threads";
import type { Batch, Row } from "./compute.ts";
import type { Engine, WorkerReport } from "./engine.ts";
import type { KindSpec } from "./kinds.ts";
import { startThread } from "./thread.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly kinds: readonly KindSpec[];
  /** One number that both sides see: the row that the worker is at. */
  readonly place: Int32Array;
}

/** Sends to a worker; threads have no origins that a message could be meant for. */
const send = (worker: Worker, message: ToWorker): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(message);
};

export type ToWorker = { readonly batch: Batch } | "end";
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "rows"; readonly rows: Row[] }
  | { readonly type: "failed"; readonly error: unknown }
  | { readonly type: "end"; readonly report: WorkerReport };

interface Job {
  readonly batch: Batch;
  /** Rows on which a worker ended, with how. */
  readonly fatal: Map<number, string>;
  /** Rows of `batch` that are left, in order. */
  left: number[];
  readonly onRow: () => void;
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface Place {
  readonly worker: Worker;
  readonly place: Int32Array;
  ready: boolean;
  job: Job | null;
  report: WorkerReport | null;
  ended: Promise<void>;
}

export interface PoolOptions {
  readonly workers: number;
  readonly kinds: readonly KindSpec[];
  /** Takes over when a worker ends before it is ready: a bundle without the worker's file, a machine without memory. */
  readonly fallback: (reason: string) => Engine;
  /** The worker's module; default: this package's. */
  readonly script?: URL;
}

const part = ({ smiles, wanted }: Batch, rows: readonly number[]): Batch => ({
  smiles: rows.map((row) => smiles[row]!),
  wanted: rows.map((row) => wanted[row]!),
});

/** A worker's rows in their places, and a problem for each row that a worker ended on. */
function assemble({ batch, left, fatal }: Job, rows: readonly Row[]): Row[] {
  const found = new Map(left.map((row, i) => [row, rows[i]!]));
  return batch.smiles.map(
    (_, row) =>
      found.get(row) ?? {
        ok: false,
        problem: { fault: "crashed", reason: `The worker thread that computed it ended: ${fatal.get(row)}.` },
      },
  );
}

/**
 * Computes batches on worker threads, each with its own RDKit (some 110 MB). Threads start when there is work for them. One that ends
 * on a molecule is replaced; that molecule is reported and the others of its batch are computed again.
 */
export function poolEngine({ workers, kinds, fallback, script }: PoolOptions): Engine {
  const places = new Set<Place>();
  const reports: WorkerReport[] = [];
  const queue: Job[] = [];
  let instead: Engine | null = null;
  let closing = false;

  const hand = (place: Place, job: Job): void => {
    place.job = job;
    Atomics.store(place.place, 0, -1);
    send(place.worker, { batch: part(job.batch, job.left) });
  };

  /** Gives waiting jobs to idle workers, and starts one more where none is idle. */
  function spread(): void {
    if (instead) for (const job of queue.splice(0)) passOn(instead, job);
    for (const place of places) {
      if (queue.length === 0) return;
      if (place.ready && !place.job) hand(place, queue.shift()!);
    }
    const starting = [...places].filter(({ ready }) => !ready).length;
    if (queue.length > starting && places.size < workers) start();
  }

  function passOn(engine: Engine, job: Job): void {
    const done = async (): Promise<void> => {
      const rows = await engine.run(part(job.batch, job.left), job.onRow);
      for (const _ of job.fatal) job.onRow();
      job.resolve(assemble(job, rows));
    };
    done().catch(job.reject);
  }

  function start(): void {
    const place = new Int32Array(new SharedArrayBuffer(4));
    const worker = startThread({ kinds, place } satisfies WorkerStart, script);
    let why = "";
    const own: Place = { worker, place, ready: false, job: null, report: null, ended: Promise.resolve() };
    places.add(own);
    worker.on("message", (message: FromWorker) => listen(own, message));
    worker.on("error", (error: Error) => {
      why = error.message;
    });
    own.ended = new Promise((resolve) => {
      worker.on("exit", (code) => {
        places.delete(own);
        buried(own, why || `exit code ${code}`);
        resolve();
      });
    });
    spread();
  }

  function listen(place: Place, message: FromWorker): void {
    if (message.type === "end") {
      place.report = message.report;
      return;
    }
    const { job } = place;
    place.ready = true;
    place.job = null;
    if (message.type === "failed") job?.reject(message.error);
    if (message.type === "rows" && job) {
      for (const _ of job.batch.smiles) job.onRow();
      job.resolve(assemble(job, message.rows));
    }
    spread();
  }

  /** After a worker's end: its report, or what is to become of its job. */
  function buried({ job, ready, report, place }: Place, why: string): void {
    if (report) reports.push(report);
    if (closing) return;
    if (!ready) instead ??= fallback(why);
    if (job) {
      const at = Atomics.load(place, 0);
      const row = job.left[Math.max(at, 0)]!;
      job.fatal.set(row, why);
      job.left = job.left.filter((other) => other !== row);
      queue.unshift(job);
    }
    spread();
  }

  return {
    ahead: 2 * workers,
    run: (batch, onRow) =>
      new Promise((resolve, reject) => {
        queue.push({ batch, onRow, resolve, reject, fatal: new Map(), left: [...batch.smiles.keys()] });
        spread();
      }),
    async close() {
      closing = true;
      const ending = [...places].map(async (place) => {
        const busy = place.job !== null;
        place.job = null;
        if (busy || !place.ready) await place.worker.terminate();
        else send(place.worker, "end");
        await place.ended;
      });
      await Promise.all(ending);
      await instead?.close();
      return reports;
    },
  };
}
