import { join } from "node:path";
import { type Tier, tiers } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { plural } from "../plural.ts";
import type { LeftOut } from "../report/page.ts";
import { describeRemarks, type Results, readResults } from "../results/read.ts";
import { type BenchmarkSummary, summarize, unusedOf } from "../results/summary.ts";
import { discover, type Found } from "../run/discover.ts";
import { resultPath } from "../run/session.ts";

/** What a command is about, and all that there is. */
export interface Selection {
  readonly found: readonly Found[];
  readonly all: readonly Found[];
}

/**
 * The benchmarks that a command names: "molecular/esol", or "molecular" for all of a domain; all when none is named.
 *
 * @throws BenchError "bad-option" for a name that fits none, with those that there are; "nothing-to-run" when there are none.
 */
export async function named(names: readonly string[]): Promise<Selection> {
  const all = await discover(process.cwd());
  if (all.length === 0) {
    throw new BenchError(
      "nothing-to-run",
      'No package here has benchmarks. Install one with the keyword "outrigger-benchmark", for example: npm install @outrigger/molecular.',
    );
  }
  const fits = (name: string, { benchmark }: Found) =>
    benchmark.name === name || benchmark.name.startsWith(`${name}/`);
  for (const name of names) {
    if (!all.some((found) => fits(name, found))) {
      const known = all.map(({ benchmark }) => benchmark.name).join(", ");
      throw new BenchError("bad-option", `There is no benchmark "${name}". There are: ${known}.`);
    }
  }
  const found = names.length === 0 ? all : all.filter((entry) => names.some((name) => fits(name, entry)));
  return { found, all };
}

/** Splits benchmarks into those that can run here and those that cannot, with why and what to do. */
export async function runnable(
  found: readonly Found[],
  tier: Tier,
): Promise<{ ready: Found[]; leftOut: LeftOut[] }> {
  const ready: Found[] = [];
  const leftOut: LeftOut[] = [];
  for (const entry of found) {
    const { benchmark } = entry;
    const why = benchmark.tiers[tier]
      ? ((await benchmark.available?.(tier)) ?? true)
      : `It has no tier "${tier}"; it has ${tiers.filter((name) => benchmark.tiers[name]).join(", ")}.`;
    if (why === true) ready.push(entry);
    else leftOut.push({ name: benchmark.name, why });
  }
  return { ready, leftOut };
}

/** Where to read results: the working results of this folder, or the rows that a package has committed. */
export interface Source {
  readonly out: string;
  readonly reference: boolean;
}

export const sourcePath = (found: Found, tier: Tier, { out, reference }: Source): string =>
  reference ? join(found.reference, `${tier}.jsonl`) : resultPath(out, found, tier);

/** Tables, and what the files hold that no table shows. */
export interface Summaries {
  readonly tables: readonly BenchmarkSummary[];
  readonly remarks: readonly string[];
}

/** Summaries of what has results: of the tier asked for, else of the largest tier that each benchmark has results of. */
export function summaries({ found, all }: Selection, tier: Tier | undefined, source: Source): Summaries {
  const files = new Map<string, Results>();
  const remarks: string[] = [];
  const read = (path: string): Results => {
    let results = files.get(path);
    if (!results) {
      results = readResults(path);
      files.set(path, results);
      remarks.push(...describeRemarks(results), ...strangers(results, all));
    }
    return results;
  };
  const tables = found.flatMap((entry) => {
    const { benchmark, codeVersion } = entry;
    for (const candidate of tier ? [tier] : [...tiers].reverse()) {
      if (!benchmark.tiers[candidate]) continue;
      const { path, rows } = read(sourcePath(entry, candidate, source));
      const summary = summarize(benchmark, candidate, codeVersion, rows);
      if (summary) return [summary];
      const own = rows.filter((row) => row.benchmark === benchmark.name);
      remarks.push(...unusedOf(benchmark, candidate, own, []).map((text) => `${path}: ${text}`));
    }
    return [];
  });
  return { tables, remarks };
}

/** Rows of benchmarks that this project does not have. */
function strangers({ path, rows }: Results, all: readonly Found[]): string[] {
  const known = new Set(all.map(({ benchmark }) => benchmark.name));
  const names = rows.map((row) => row.benchmark).filter((name) => !known.has(name));
  return [...new Set(names)].map((name) => {
    const count = names.filter((other) => other === name).length;
    return `${path}: ${plural(count, "row")} of ${name}, a benchmark that is not here.`;
  });
}
