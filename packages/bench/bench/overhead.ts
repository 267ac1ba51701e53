/**
 * What the runner adds to a trial: no-op trials against forks of an empty script, as many at a time, in turns.
 *
 * npm run bench:runner -- [trials, default 10000] [--executor bullmq] [--queue redis://HOST]
 *
 * With bullmq the trials go through the queue (--queue, or OUTRIGGER_QUEUE) to one worker on this machine.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openExecutor } from "@outrigger/bench/command/choose-executor";
import { logged, plainDisplay } from "@outrigger/bench/command/observe";
import { discover } from "@outrigger/bench/run/discover";
import { localExecutor } from "@outrigger/bench/run/local-executor";
import { trialOf } from "@outrigger/bench/run/plan";
import { Session } from "@outrigger/bench/run/session";

const { values, positionals } = parseArgs({
  options: { executor: { type: "string", default: "local" }, queue: { type: "string" } },
  allowPositionals: true,
});
const onQueue = values.executor === "bullmq";
const total = Number(positionals[0] ?? 10_000);
const block = 100;
/** ms a trial: the goal of the difference. */
const goal = onQueue ? 10 : 5;
const jobs = availableParallelism();

const benchmark = `export default {
  name: "empty/trial", version: 1, title: "Nothing", description: "Nothing.", metric: { name: "zero", better: "lower" },
  baseline: "nothing", source: "embedded", tiers: { smoke: { seeds: [0] } },
  arms: () => [{ method: "nothing", kind: "baseline", options: {} }],
  run: async () => ({ metrics: { "validation/zero": 0, "test/zero": 0 } }),
};
`;

/** A project with the benchmark above and two empty scripts. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-overhead-"));
  const manifest = { name: "empty", version: "1.0.0", type: "module", keywords: ["outrigger-benchmark"] };
  mkdirSync(join(folder, "bench"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ ...manifest, exports: { "./bench/*": "./bench/*.js" } }),
  );
  writeFileSync(join(folder, "bench/trial.js"), benchmark);
  writeFileSync(join(folder, "empty.js"), "");
  return folder;
}

/** Runs something `count` times, `jobs` at a time. */
async function parallel(count: number, action: () => Promise<void>): Promise<void> {
  let started = 0;
  const lane = async () => {
    while (started++ < count) await action();
  };
  await Promise.all(Array.from({ length: jobs }, lane));
}

const forkEmpty = (script: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child: ChildProcess = fork(script, [], {
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
    });
    child.on("error", reject);
    child.on("close", () => resolve());
  });

/** Milliseconds a piece of work took: by the clock, and of all processors, of this process and its children. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function measured(action: () => Promise<unknown>): Promise<Cost> {
  const [started, used] = [performance.now(), cpuTime()];
  await action();
  return { wall: (performance.now() - started) / block, cpu: (cpuTime() - used) / block };
}

/** CPU time of this process and of its children that have ended; from Linux's /proc, elsewhere NaN. */
function cpuTime(): number {
  if (process.platform !== "linux") return Number.NaN;
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  // utime, stime, cutime, cstime in hundredths of a second.
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}

/** A worker of the queue, once it waits for trials. */
function startWorker(folder: string): Promise<ChildProcess> {
  const command = join(import.meta.dirname, "../bin/outrigger.js");
  const queue = values.queue === undefined ? [] : ["--queue", values.queue];
  const worker = spawn(process.execPath, [command, "worker", "--workers", String(jobs), ...queue], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    worker.stdout.on("data", (chunk: Buffer) => {
      if (chunk.includes("Waits for trials")) resolve(worker);
    });
    worker.on("exit", (code) => reject(new Error(`The worker ended with exit code ${code}.`)));
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const folder = project();
let worker: ChildProcess | undefined;
try {
  const out = join(folder, "results");
  const all = await discover(folder);
  const [found] = all;
  if (!found) throw new Error("The benchmark was not found.");
  if (onQueue) worker = await startWorker(folder);
  let lines = 0;
  const observer = logged(
    plainDisplay(() => lines++),
    join(out, "run.log"),
  );
  observer.begin(total);
  const executor = onQueue
    ? await openExecutor(
        { executor: "bullmq", queue: values.queue, out, threads: 1 },
        { all, project: folder, say: () => {} },
      )
    : localExecutor({ jobs, execArgv: [] });
  const session = new Session({
    executor,
    out,
    project: folder,
    observer,
  });
  const arm = { method: "nothing", kind: "baseline", options: {} } as const;
  const trials = (first: number) =>
    Promise.all(
      Array.from({ length: block }, (_, i) =>
        session.row(trialOf(found, "smoke", arm, null, first + i, "score")),
      ),
    );
  const forks = () => parallel(block, () => forkEmpty(join(folder, "empty.js")));
  await trials(0);
  await forks();
  const costs = { trial: [] as Cost[], fork: [] as Cost[] };
  for (let first = block; first < total; first += block) {
    // In turns, the first of a pair changing, so that what else the machine does falls on both alike.
    const turn = costs.trial.length % 2 === 0 ? (["trial", "fork"] as const) : (["fork", "trial"] as const);
    for (const kind of turn) costs[kind].push(await measured(kind === "trial" ? () => trials(first) : forks));
  }
  await session.settle([]);
  await executor.stop();
  await observer.close();
  const { ran, failed } = session.summary;
  const line = (name: string, of: (cost: Cost) => number) => {
    const [trial, empty] = [mean(costs.trial.map(of)), mean(costs.fork.map(of))];
    const pairs = costs.trial.map((cost, i) => of(cost) - of(costs.fork[i] as Cost));
    const numbers = [trial, empty, trial - empty, median(pairs), trial / empty].map((x) =>
      x.toFixed(2).padStart(9),
    );
    return `${name.padEnd(12)}${numbers.join("")}`;
  };
  const added = mean(costs.trial.map(({ wall }) => wall)) - mean(costs.fork.map(({ wall }) => wall));
  console.log(
    [
      `${onQueue ? "queue" : "local"}: ${ran} trials, ${failed.length} failed, ${lines} lines shown; ${jobs} at a time, node ${process.version}, ${cpus()[0]?.model.trim() ?? ""}`,
      `ms each         trial     fork    added   median    ratio   (median of the differences of ${costs.trial.length} pairs of blocks)`,
      line("by the clock", ({ wall }) => wall),
      // The work of a worker and its trials is not this process's.
      ...(onQueue ? [] : [line("CPU", ({ cpu }) => cpu)]),
      `goal: the runner adds at most ${goal} ms by the clock: ${added <= goal ? "met" : "missed"}`,
    ].join("\n"),
  );
} finally {
  worker?.kill();
  rmSync(folder, { recursive: true, force: true });
}
