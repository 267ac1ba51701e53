import { join } from "node:path";
import type { LeftOut } from "../report/page.ts";
import { terminalTable } from "../report/table.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import { writeWhole } from "../results/write-whole.ts";
import { run } from "../run/run.ts";
import { describeTrial } from "./observe.ts";
import { prepare, type Work } from "./prepare.ts";
import { copyReference } from "./reference.ts";
import { summaries } from "./select.ts";
import { exitCodes, type Print, type RunPlace, supervise } from "./supervise.ts";

export interface RunOptions extends RunPlace, Work {
  readonly report: string;
  /** Only the first so many seeds. */
  readonly seeds?: number;
  readonly updateReference: boolean;
}

/** `outrigger run`: trials, table, report. @returns the exit code: 0, 1 when a trial failed, 130 when stopped. */
export async function runCommand(
  names: readonly string[],
  options: RunOptions,
  print: Print,
): Promise<number> {
  const { tier, out } = options;
  const { ready, leftOut, all } = await prepare(names, options, print);
  const result = await supervise(options, all, print, (session) =>
    run(session, { found: ready, tier, methods: options.methods, seeds: options.seeds }),
  );
  if (result === "stopped" || result === "later") return exitCodes[result];
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

/** Writes the page and returns where it is. @throws BenchError "disk" when it cannot be written. */
export async function writeReport(
  folder: string,
  tables: readonly BenchmarkSummary[],
  leftOut: readonly LeftOut[] = [],
): Promise<string> {
  // Drawing takes a quarter of a second to load, which no other command should wait for.
  const { page } = await import("../report/page.ts");
  const path = join(folder, "index.html");
  writeWhole(path, page(tables, leftOut));
  return path;
}
