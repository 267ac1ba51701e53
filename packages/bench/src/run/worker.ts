import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Benchmark, TrialResult } from "../benchmark.ts";
import type { Result } from "../results/row.ts";
import type { Job, Reply } from "./message.ts";

/** The process of one trial: reads one job, runs it, sends one reply, ends. Native state and leaks die with it. */
const started = performance.now();

// When memory runs out, the system should end a trial, which is started anew, and not the runner.
if (process.platform === "linux") {
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // Some containers forbid it; then the system chooses by size alone.
  }
}
// A runner that was killed must not leave trials behind.
process.on("disconnect", () => process.exit(1));

process.once("message", (message) => {
  void work(message as Job);
});

async function work({ file, ...job }: Job): Promise<void> {
  let reply: Reply;
  try {
    const benchmark = ((await import(pathToFileURL(file).href)) as { default: Benchmark }).default;
    const result = await benchmark.run({ ...job, progress });
    reply = { type: "done", result: checked(result, benchmark, job), ...cost() };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    reply = { type: "failed", error: text, ...cost() };
  }
  process.send?.(reply, () => process.exit(0));
}

let lastProgress = Number.NEGATIVE_INFINITY;

function progress(fraction: number, note?: string): void {
  // At most ten a second: hundreds of trials share one terminal.
  if (performance.now() - lastProgress < 100) return;
  lastProgress = performance.now();
  const reply: Reply = { type: "progress", fraction, note };
  process.send?.(reply);
}

/** Refuses a result without the metric that the table is about; makes what is not finite null and notes it. */
function checked(result: TrialResult, benchmark: Benchmark, job: Omit<Job, "file">): Result {
  for (const split of ["validation", "test"]) {
    const key = `${split}/${benchmark.metric.name}`;
    if (!(key in result.metrics)) {
      throw new Error(
        `${benchmark.name} (${job.method}) returned no metric "${key}"; it has ${Object.keys(result.metrics).join(", ")}.`,
      );
    }
  }
  const notes = [...(result.notes ?? [])];
  const finite = (value: number | null) => (Number.isFinite(value) ? value : null);
  const metrics = Object.fromEntries(
    Object.entries(result.metrics).map(([key, value]) => {
      if (value !== null && !Number.isFinite(value)) notes.push(`${key} was ${value}: the run diverged.`);
      return [key, finite(value)];
    }),
  );
  // Six digits draw the same line, in a third of the bytes.
  const short = (value: number | null) =>
    Number.isFinite(value) ? Number((value as number).toPrecision(6)) : null;
  const curves = Object.entries(result.curves ?? {}).map(
    ([key, values]) => [key, values.map(short)] as const,
  );
  const datasets = result.datasets?.map((dataset) => ({ ...dataset }));
  const drawn = { curves: Object.fromEntries(curves), diagnostics: result.diagnostics };
  return { metrics, ...drawn, notes, datasets, runtime: result.runtime };
}

function cost(): { seconds: number; peakMemory: number } {
  return {
    seconds: (performance.now() - started) / 1000,
    peakMemory: process.resourceUsage().maxRSS * 1024,
  };
}
