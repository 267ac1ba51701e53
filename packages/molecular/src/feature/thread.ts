import type { Worker } from "node:worker_threads";
import { nodeModule } from "./node.ts";

// Kept apart from `new URL`, so that no bundler takes the worker for a part of a page.
const here = import.meta.url;

/** Sources run under a loader that has to be started inside of the thread, and import the sources of other packages. */
function sourceThread(script: URL, workerData: unknown): Worker {
  const common = nodeModule("node:module")!.createRequire(here).resolve("tsx/esm/api");
  const loader = new URL("index.mjs", nodeModule("node:url")!.pathToFileURL(common)).href;
  const code = `import("${loader}").then(({ register }) => (register(), import("${script.href}")));`;
  const { Worker: Thread } = nodeModule("node:worker_threads")!;
  return new Thread(code, { eval: true, workerData, execArgv: ["--conditions=@outrigger/source"] });
}

/** Starts a thread with a module, by default the one that serves batches. */
export function startThread(workerData: unknown, script?: URL): Worker {
  if ((script?.href ?? here).endsWith(".ts"))
    return sourceThread(script ?? new URL("./worker.ts", here), workerData);
  const { Worker: Thread } = nodeModule("node:worker_threads")!;
  return new Thread(script ?? new URL("./worker.js", here), { workerData });
}
