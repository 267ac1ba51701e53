import { join } from "node:path";
import type { Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { plural } from "../plural.ts";
import { drawnOnly } from "../results/drawn.ts";
import { describeRemarks, readResults } from "../results/read.ts";
import type { Row } from "../results/row.ts";
import { writeRows } from "../results/store.ts";
import type { Found } from "../run/discover.ts";
import { resultPath } from "../run/session.ts";

/** What was copied, and what to say about it. */
export interface Copied {
  readonly name: string;
  readonly path: string;
  readonly rows: number;
  readonly dirty: number;
}

/**
 * Copies the finished trials of the present code from the working results to the package's own results folder, to be committed;
 * rows of its other benchmarks stay. Without what no report draws (`drawnOnly`), and in a fixed order, so that a diff shows what has changed.
 *
 * @throws BenchError "bad-results" when a benchmark has no finished trial of the present code, or some that failed, or when the file to be
 *   replaced has lines that would be lost: some that are no rows, or rows of a method and seed that the tier still has, and the new ones
 *   have not. Nothing is written then, of no benchmark.
 */
export function copyReference(found: readonly Found[], tier: Tier, out: string): Copied[] {
  const copies = found.map((entry) => {
    const rows = finished(entry, tier, out);
    const path = join(entry.reference, `${tier}.jsonl`);
    refuseLoss(entry, tier, path, rows);
    return { name: entry.benchmark.name, path, rows };
  });
  return copies.map(({ name, path, rows }) => {
    // Read anew: benchmarks of one package share a file.
    const others = readResults(path).rows.filter((row) => row.benchmark !== name);
    writeRows(path, [...others, ...rows].sort(byPlace));
    return { name, path, rows: rows.length, dirty: rows.filter((row) => row.provenance.dirty).length };
  });
}

function finished(entry: Found, tier: Tier, out: string): Row[] {
  const { name, version } = entry.benchmark;
  const rows = readResults(resultPath(out, entry, tier)).rows.filter(
    (row) => row.benchmark === name && row.version === version && row.codeVersion === entry.codeVersion,
  );
  const failed = rows.filter((row) => row.status === "failed").length;
  if (rows.length > 0 && failed === 0) return drawnOnly(rows, entry.benchmark.metric);
  throw new BenchError(
    "bad-results",
    `${name}, tier ${tier}: ${failed > 0 ? `${failed} trials failed` : "no finished trial of the present code"}. Run first: outrigger run ${name} --tier ${tier}.`,
  );
}

function refuseLoss({ benchmark }: Found, tier: Tier, path: string, rows: readonly Row[]): void {
  const { name } = benchmark;
  const before = readResults(path);
  if (before.remarks.length > 0) {
    const lines = describeRemarks(before).join("\n");
    throw new BenchError(
      "bad-results",
      `${lines}\nMend ${path} first: it is written anew, without such lines.`,
    );
  }
  const place = ({ group = "", method }: { group?: string; method: string }) => `${group} ${method}`.trim();
  const arms = new Set(benchmark.arms(tier).map(place));
  const lost = before.rows.filter(
    (row) =>
      row.benchmark === name &&
      arms.has(place(row)) &&
      benchmark.tiers[tier]?.seeds.includes(row.seed) &&
      !rows.some((other) => place(other) === place(row) && other.seed === row.seed),
  );
  if (lost.length === 0) return;
  const named = [...new Set(lost.map(place))].map((row) => {
    const seeds = new Set(lost.filter((other) => place(other) === row).map(({ seed }) => seed));
    return `${row}, ${seeds.size === 1 ? "seed" : "seeds"} ${listed([...seeds])}`;
  });
  throw new BenchError(
    "bad-results",
    `${name}, tier ${tier}: ${plural(lost.length, "committed row")} would be lost: ${named.join("; ")}. Run what is missing first (outrigger run ${name} --tier ${tier}, without --methods and --seeds), or remove ${lost.length === 1 ? "it" : "them"} from ${path}.`,
  );
}

/** "0, 1 and 2" */
const listed = (numbers: readonly number[]): string =>
  numbers.length < 2 ? numbers.join("") : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;

function byPlace(a: Row, b: Row): number {
  const words = [a.benchmark, a.group, a.method] as const;
  const others = [b.benchmark, b.group, b.method] as const;
  const word = words.findIndex((value, i) => value !== others[i]);
  if (word >= 0) return (words[word] ?? "") < (others[word] ?? "") ? -1 : 1;
  return a.seed - b.seed || (a.candidate?.index ?? 0) - (b.candidate?.index ?? 0) || (a.id < b.id ? -1 : 1);
}
