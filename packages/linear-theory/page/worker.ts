import { twoTaskRisk } from "../src/risk/two-task.ts";
import { simulatePooled } from "../src/simulate/pooled.ts";
import type { Answer, Job } from "./jobs.ts";

/** Answers a job one weight at a time; a page that wants it to stop ends the worker. */
function work(job: Job): void {
  for (const [index, weight] of job.weights.entries()) {
    const weights = [1, weight];
    if (job.kind === "curve")
      reply({ kind: "curve", point: { ...twoTaskRisk(job.problem, weights), weight } });
    else {
      const options = { replicates: job.replicates, seed: job.seed * 1000 + index };
      reply({ kind: "dots", dot: { ...simulatePooled(job.problem, weights, options), weight } });
    }
  }
}

/** The part of a worker's own scope that is used here; the types of pages and of workers cannot be had together. */
interface Scope {
  postMessage(answer: Answer): void;
  addEventListener(kind: "message", listen: (event: { readonly data: Job }) => void): void;
}

const scope = globalThis as unknown as Scope;

function reply(answer: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no target but its page
  scope.postMessage(answer);
}

scope.addEventListener("message", ({ data }) => work(data));
