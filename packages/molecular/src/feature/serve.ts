import { createRdkit } from "../molecule/rdkit.ts";
import { computeRows } from "./compute.ts";
import type { FeatureKind, KindSpec } from "./kinds.ts";
import { nodeModule } from "./node.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./pool.ts";

/** The life of a worker thread: batches in, rows out, one after the other, until it is told to end. */
export async function serve(kindOf: (spec: KindSpec) => FeatureKind<unknown>): Promise<void> {
  const { parentPort, workerData } = nodeModule("node:worker_threads")!;
  const port = parentPort!;
  const { kinds: specs, place } = workerData as WorkerStart;
  const kinds = specs.map(kindOf);
  const rdkit = await createRdkit();
  const say = (message: FromWorker): void => port.postMessage(message);
  let molecules = 0;

  async function answer(message: Exclude<ToWorker, "end">): Promise<void> {
    const rows = await computeRows(rdkit, kinds, message.batch, (row) => Atomics.store(place, 0, row));
    molecules += rows.length;
    say({ type: "rows", rows });
  }

  port.on("message", (message: ToWorker) => {
    if (message !== "end") {
      answer(message).catch((error: unknown) => say({ type: "failed", error }));
      return;
    }
    rdkit.freeQueries();
    const open = rdkit.open + rdkit.queries;
    say({ type: "end", report: { molecules, open, crashes: rdkit.crashes } });
    port.close();
  });
  say({ type: "ready" });
}
