import { BenchError } from "../error.ts";
import { plural } from "../plural.ts";
import { ruled } from "../report/columns.ts";
import { interval, number } from "../report/format.ts";
import { type Again, type Reproduced, reproduction } from "../results/reproduction.ts";
import type { Row } from "../results/row.ts";
import { type BenchmarkSummary, summarize } from "../results/summary.ts";
import { type Committed, runAgain } from "../run/reproduce.ts";
import { prepare, type Work } from "./prepare.ts";
import { summaries } from "./select.ts";
import { exitCodes, type Print, type RunPlace, supervise } from "./supervise.ts";

export interface ReproduceOptions extends RunPlace, Work {
  /** Every `of`-th row, from the `index`-th on: all of them take turns over `of` calls. */
  readonly part?: { readonly index: number; readonly of: number };
}

/**
 * `outrigger reproduce`: runs committed rows again and says which came out again.
 *
 * @returns the exit code: 0 when all reproduce or the part has none, 1 when one does not, 130 when stopped.
 * @throws BenchError "nothing-to-run" when no row is committed.
 */
export async function reproduceCommand(
  names: readonly string[],
  options: ReproduceOptions,
  print: Print,
): Promise<number> {
  const { tier, methods, part } = options;
  const { ready, all } = await prepare(names, options, print);
  const { tables, remarks } = summaries({ found: ready, all }, tier, { out: options.out, reference: true });
  for (const remark of remarks) print(remark);
  const there = ready.flatMap((found): Committed[] => {
    const { name, version } = found.benchmark;
    const summary = tables.find(({ benchmark }) => benchmark === found.benchmark);
    for (const text of summary?.unused ?? []) print(`${name}: ${text}`);
    if (!summary) print(`${name} has committed no rows of version ${version}, tier ${tier}.`);
    return summary ? [{ found, summary }] : [];
  });
  const asked = rowsOf(there, methods);
  if (asked.length === 0)
    throw new BenchError("nothing-to-run", "There is no committed row to reproduce; see above.");
  const committed = rowsOf(there, methods, part);
  if (part && committed.length === 0) {
    const count = asked.flatMap(({ summary }) => summary.groups.flatMap(({ lines }) => lines)).length;
    print(`Part ${part.index}/${part.of} has no row: there are ${plural(count, "committed row")}.`);
    return 0;
  }
  const rows = await supervise(options, all, print, (session) => runAgain(session, committed));
  if (rows === "stopped" || rows === "later") return exitCodes[rows];
  const runs = committed.map(({ found, summary }, i): Again => {
    const own = rows[i] ?? [];
    return { committed: summary, again: summarize(found.benchmark, tier, found.codeVersion, own), rows: own };
  });
  const checked = reproduction(runs);
  for (const run of runs) print(`\n${describe(run, checked)}`);
  const bad = checked.filter(({ ok }) => !ok);
  const tested = checked.some(({ compared }) => compared !== null);
  const how = tested
    ? " Intervals: paired t over the seeds, at 5 % with Holm's adjustment over all rows."
    : "";
  print(`\n${checked.length - bad.length} of ${checked.length} rows reproduce.${how}`);
  return bad.length > 0 ? 1 : 0;
}

/** The rows that are asked for. */
function rowsOf(
  committed: readonly Committed[],
  methods: ReproduceOptions["methods"],
  part?: ReproduceOptions["part"],
): Committed[] {
  let place = 0;
  const taken = (method: string) =>
    (methods?.includes(method) ?? true) && (part === undefined || place++ % part.of === part.index - 1);
  return committed.flatMap(({ found, summary }) => {
    const groups = summary.groups
      .map(({ group, lines }) => ({ group, lines: lines.filter(({ method }) => taken(method)) }))
      .filter(({ lines }) => lines.length > 0);
    return groups.length > 0 ? [{ found, summary: { ...summary, groups } }] : [];
  });
}

function describe({ committed, rows }: Again, checked: readonly Reproduced[]): string {
  const { benchmark, tier } = committed;
  const own = checked.filter((entry) => entry.benchmark === benchmark.name);
  const cells = own.map(({ group, method, trials, ok, why, compared }) => [
    `${group} ${method}`.trim(),
    String(trials),
    compared
      ? `${number(compared.difference.mean, 4, true)} ${interval(compared.difference, 4, true)}`.trim()
      : "",
    ok ? "reproduces" : "DIFFERS",
    why,
  ]);
  const heading = ["row", "trials", `new − committed, test ${benchmark.metric.name}`, "", ""];
  const table = ruled(heading, cells, ["left", "right", "right", "left", "left"]);
  return [`${benchmark.name}, tier ${tier}`, "", table, "", ...surroundings(committed, rows)]
    .join("\n")
    .trimEnd();
}

/** What of the machine and the packages is not as it was for the committed rows. */
function surroundings(committed: BenchmarkSummary, rows: readonly Row[]): string[] {
  const before = committed.groups.flatMap(({ lines }) => lines.flatMap(({ kept }) => kept));
  const facts: Record<string, (row: Row) => string> = {
    commit: ({ provenance: p }) => `${p.commit?.slice(0, 12) ?? "none"}${p.dirty ? " with changes" : ""}`,
    "lock file": ({ provenance: p }) => p.lockFile?.slice(0, 12) ?? "none",
    node: ({ provenance: p }) => p.node,
    machine: ({ provenance: p }) => `${p.cpu}, ${p.os}`,
    threads: ({ provenance: p }) => String(p.threads),
    runtime: (row) => row.runtime ?? "not said",
    data: (row) =>
      row.datasets?.map(({ name, sha256 }) => `${name} ${sha256.slice(0, 12)}`).join(", ") ?? "none",
  };
  return Object.entries(facts).flatMap(([name, fact]) => {
    const distinct = (list: readonly Row[]) => [...new Set(list.map(fact))].join("; ");
    const done = rows.filter((row) => row.status === "done");
    const [was, is] = [distinct(before), distinct(done)];
    return was === is || done.length === 0 ? [] : [`${name}: was ${was}, is ${is}`];
  });
}
