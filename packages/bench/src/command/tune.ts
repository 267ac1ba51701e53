import { plural } from "../plural.ts";
import { ruled } from "../report/columns.ts";
import { terminalTable } from "../report/table.ts";
import { describeOptions, summarize } from "../results/summary.ts";
import { type Search, type TunedArm, trialsOf, tune } from "../run/tune.ts";
import { describeTrial } from "./observe.ts";
import { prepare, type Work } from "./prepare.ts";
import { exitCodes, type Print, type RunPlace, supervise } from "./supervise.ts";

export interface TuneOptions extends RunPlace, Work {
  readonly configurations: number;
  readonly search: Search;
  readonly seed: number;
  readonly score: boolean;
}

/**
 * `outrigger tune`: chooses options on validation at the same budget for every row, and prints what was chosen.
 *
 * @returns the exit code: 0, 1 when a trial failed, 130 when stopped.
 */
export async function tuneCommand(
  names: readonly string[],
  options: TuneOptions,
  print: Print,
): Promise<number> {
  const { tier, methods, configurations, search, seed, score } = options;
  const { ready, all } = await prepare(names, options, print);
  const result = await supervise(options, all, print, async (session) => {
    const tuned = await tune(session, { found: ready, tier, methods, configurations, search, seed, score });
    return { tuned, failed: session.summary.failed };
  });
  if (result === "stopped" || result === "later") return exitCodes[result];
  const { tuned, failed } = result;
  for (const found of ready) print(`\n${describe(tuned.filter((arm) => arm.found === found))}`);
  for (const { benchmark, codeVersion } of score ? ready : []) {
    const own = tuned.filter((arm) => arm.found.benchmark === benchmark).flatMap(({ rows }) => rows);
    const table = summarize(benchmark, tier, codeVersion, own);
    if (table) print(`\n${terminalTable(table)}`);
  }
  for (const row of failed) print(`\nFAILED ${describeTrial(row, row.benchmark)}\n${row.error ?? ""}`);
  return failed.length > 0 ? 1 : 0;
}

/** What was chosen for the rows of one benchmark, by which numbers, at which budget. */
function describe(tuned: readonly TunedArm[]): string {
  const [first] = tuned;
  if (!first) return "";
  const { metric, name } = first.found.benchmark;
  const cells = tuned.map(({ arm, chosen }) => [
    `${arm.group ?? ""} ${arm.method}`.trim(),
    chosen ? chosen.validation.toPrecision(4) : "–",
    chosen ? String(chosen.seeds) : "–",
    chosen ? describeOptions(chosen.candidate.options) : "every configuration failed or diverged",
  ]);
  const heading = ["row", `validation ${metric.name}`, "seeds", "chosen"];
  const rungs = first.rungs.map(
    ({ configurations, seeds }) => `${configurations} configurations on ${plural(seeds, "seed")}`,
  );
  const budget = `Budget of every row: ${rungs.join(", then ")}; ${trialsOf(first.rungs)} trials. Chosen on validation; test was not looked at.`;
  return [name, "", ruled(heading, cells, ["left", "right", "right", "left"]), "", budget].join("\n");
}
