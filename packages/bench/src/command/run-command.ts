import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import type { LeftOut } from "../report/page.ts";
import { terminalTable } from "../report/table.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import { type Found, projectRoot } from "../run/discover.ts";
import { Stopped } from "../run/executor.ts";
import { localExecutor } from "../run/local-executor.ts";
import { armsOf, run } from "../run/run.ts";
import type { RunSummary } from "../run/session.ts";
import { describeTrial, logged, plainDisplay, terminalDisplay } from "./observe.ts";
import { copyReference } from "./reference.ts";
import { named, runnable, summaries } from "./select.ts";

export interface RunOptions {
  readonly tier: Tier;
  readonly out: string;
  readonly report: string;
  readonly jobs?: number;
  readonly threads: number;
  readonly only?: readonly string[];
  readonly data?: string;
  readonly updateReference: boolean;
}

export type Print = (text: string) => void;

/** `outrigger run`: trials, table, report. @returns the exit code: 0, 1 when a trial failed, 130 when stopped. */
export async function runCommand(
  names: readonly string[],
  options: RunOptions,
  print: Print,
): Promise<number> {
  const { tier, out } = options;
  // Set before anything is loaded: benchmarks look for their data by it, here and in their processes.
  if (options.data !== undefined) process.env.OUTRIGGER_DATA = options.data;
  const { found, all } = await named(names);
  const { ready, leftOut } = await runnable(found, tier);
  announce(ready, leftOut, tier, print);
  if (ready.length === 0) throw new BenchError("nothing-to-run", "No benchmark can run here; see above.");
  checkOnly(ready, options);

  const result = await execute(ready, options, print);
  if (result === "stopped") {
    print(
      `Stopped. Finished trials are kept in ${relative(".", out) || "."}; the same command goes on from there.`,
    );
    return 130;
  }
  const { tables } = summaries({ found: ready, all }, tier, { out, reference: false });
  for (const table of tables) print(`\n${terminalTable(table)}`);
  for (const row of result.failed) print(`\nFAILED ${describeTrial(row, row.benchmark)}\n${row.error ?? ""}`);
  print(`\nReport: ${await writeReport(options.report, tables, leftOut)}`);
  if (options.updateReference) {
    for (const { path, rows } of copyReference(ready, tier, out)) print(`${rows} rows copied to ${path}`);
  }
  if (result.failed.length > 0) print(`${result.failed.length} trials failed; all else is kept.`);
  return result.failed.length > 0 ? 1 : 0;
}

async function execute(
  found: readonly Found[],
  options: RunOptions,
  print: Print,
): Promise<RunSummary | "stopped"> {
  const { tier, out, only, jobs, threads } = options;
  const executor = localExecutor({ jobs, threads });
  const display = process.stdout.isTTY ? terminalDisplay(executor.jobs) : plainDisplay(print);
  const observer = logged(display, join(out, "run.log"));
  const stop = () => executor.stop();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  try {
    return await run({ found, tier, executor, out, project: projectRoot(process.cwd()), only, observer });
  } catch (error) {
    if (error instanceof Stopped) return "stopped";
    throw error;
  } finally {
    executor.stop();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
    await observer.close();
  }
}

/** Writes the page and returns where it is. */
export async function writeReport(
  folder: string,
  tables: readonly BenchmarkSummary[],
  leftOut: readonly LeftOut[] = [],
): Promise<string> {
  // Drawing takes a quarter of a second to load, which no other command should wait for.
  const { page } = await import("../report/page.ts");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "index.html");
  writeFileSync(path, page(tables, leftOut));
  return path;
}

function announce(ready: readonly Found[], leftOut: readonly LeftOut[], tier: Tier, print: Print): void {
  for (const { benchmark } of ready) {
    const kind = [benchmark.source, ...(benchmark.simulated ? ["simulated data"] : [])].join(", ");
    print(`${benchmark.name} (${kind}), tier ${tier}: ${benchmark.title}`);
  }
  for (const { name, why } of leftOut) print(`${name} is left out. ${why}`);
  if (
    leftOut.length > 0 &&
    ready.length > 0 &&
    ready.every(({ benchmark }) => benchmark.source === "embedded")
  )
    print("Running the embedded benchmarks only: they need no data and no network.");
}

function checkOnly(ready: readonly Found[], { only, tier }: RunOptions): void {
  const known = new Set(ready.flatMap((found) => armsOf(found, tier).map((arm) => arm.method)));
  for (const method of only ?? []) {
    if (!known.has(method))
      throw new BenchError("bad-option", `--only ${method}: there are ${[...known].join(", ")}.`);
  }
}
