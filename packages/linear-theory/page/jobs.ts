import type { Problem } from "../src/problem.ts";
import type { SimulatedRisk } from "../src/simulate/summary.ts";
import type { CurvePoint } from "./model.ts";
import ExplorerWorker from "./worker.ts?worker&inline";

/** A dot of the risk curve: the risk as a simulation finds it. */
export interface Dot extends SimulatedRisk {
  readonly weight: number;
}

/** What a worker is asked: exact risks, or simulated ones. */
export type Job = { readonly problem: Problem; readonly weights: readonly number[] } & (
  | { readonly kind: "curve" }
  | { readonly kind: "dots"; readonly seed: number; readonly replicates: number }
);

/** One weight's worth of an answer. */
export type Answer =
  | { readonly kind: "curve"; readonly point: CurvePoint }
  | { readonly kind: "dots"; readonly dot: Dot };

/** One job at a time in a worker of its own: a new job ends the one that runs. */
export class Jobs {
  #worker: Worker | undefined;

  /** @param fail Called with what went wrong, instead of more answers. */
  start(job: Job, answer: (answer: Answer) => void, fail: (message: string) => void): void {
    this.stop();
    const worker = new ExplorerWorker();
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => answer(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      fail(event.message || "this browser starts no worker here.");
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin of its own
    worker.postMessage(job);
    this.#worker = worker;
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
