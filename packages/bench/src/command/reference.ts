import { join } from "node:path";
import type { Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
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
 * rows of its other benchmarks stay. In a fixed order, so that a diff shows what has changed.
 *
 * @throws BenchError "bad-results" when a benchmark has no finished trial of the present code, or some that failed, or when the file to be
 *   replaced has lines that would be lost.
 */
export function copyReference(found: readonly Found[], tier: Tier, out: string): Copied[] {
  return found.map((entry) => {
    const { name, version } = entry.benchmark;
    const rows = readResults(resultPath(out, entry, tier)).rows.filter(
      (row) => row.benchmark === name && row.version === version && row.codeVersion === entry.codeVersion,
    );
    const failed = rows.filter((row) => row.status === "failed").length;
    if (rows.length === 0 || failed > 0) {
      throw new BenchError(
        "bad-results",
        `${name}, tier ${tier}: ${failed > 0 ? `${failed} trials failed` : "no finished trial of the present code"}. Run first: outrigger run ${name} --tier ${tier}.`,
      );
    }
    const path = join(entry.reference, `${tier}.jsonl`);
    const before = readResults(path);
    if (before.remarks.length > 0) {
      const lines = describeRemarks(before).join("\n");
      throw new BenchError(
        "bad-results",
        `${lines}\nMend ${path} first: it is written anew, without such lines.`,
      );
    }
    const others = before.rows.filter((row) => row.benchmark !== name);
    writeRows(path, [...others, ...rows].sort(byPlace));
    return { name, path, rows: rows.length, dirty: rows.filter((row) => row.provenance.dirty).length };
  });
}

function byPlace(a: Row, b: Row): number {
  const words = [a.benchmark, a.group, a.method] as const;
  const others = [b.benchmark, b.group, b.method] as const;
  const word = words.findIndex((value, i) => value !== others[i]);
  if (word >= 0) return (words[word] ?? "") < (others[word] ?? "") ? -1 : 1;
  return a.seed - b.seed || (a.candidate?.index ?? 0) - (b.candidate?.index ?? 0) || (a.id < b.id ? -1 : 1);
}
