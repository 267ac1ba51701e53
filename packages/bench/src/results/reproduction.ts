import { type Compared, compare } from "./compare.ts";
import type { Row } from "./row.ts";
import type { BenchmarkSummary, Line } from "./summary.ts";

/** Whether a committed row of the table came out again. */
export interface Reproduced {
  readonly benchmark: string;
  readonly group: string;
  readonly method: string;
  readonly ok: boolean;
  /** In words: "equal to 1e-6", "no difference", what differs, which trials failed. */
  readonly why: string;
  /** Committed trials of the row. */
  readonly trials: number;
  /** For a statistical check. */
  readonly compared: Compared | null;
}

/** A benchmark's committed rows and what running them again gave. */
export interface Again {
  readonly committed: BenchmarkSummary;
  /** null when no trial ended well. */
  readonly again: BenchmarkSummary | null;
  /** All new rows, failed ones too. */
  readonly rows: readonly Row[];
}

/** Metrics are equal when |a - b| <= 1e-6 max(1, |a|): what float32 arithmetic leaves when only the order of loading differs. */
const tolerance = 1e-6;

const equal = (a: number | null, b: number | null | undefined): boolean =>
  a === null || b === null || b === undefined
    ? a === (b ?? null)
    : Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));

/**
 * Checks rows that were run again.
 *
 * Tier `smoke` runs on an executor that gives the same numbers everywhere, so every metric of every trial must be equal to 1e-6.
 * The others depend on the kernels that the CPU gets: a row reproduces when the paired t interval of (new - committed) over its seeds
 * holds zero, at the level that Holm's procedure gives it among all rows, or its test metric comes out exactly. In every tier a row whose
 * trials all come out equal to 1e-6 reproduces, and one with a trial that failed or diverged where the committed one did not, or with
 * fewer pairs than the test needs, does not.
 */
export function reproduction(runs: readonly Again[]): Reproduced[] {
  const statistical = compare(runs.map(({ committed, again }) => ({ a: committed, b: again })));
  return runs.flatMap(({ committed, rows }) =>
    committed.groups.flatMap(({ group, lines }) =>
      lines.map((line): Reproduced => {
        const { name } = committed.benchmark;
        const own = rows.filter((row) => row.group === group && row.method === line.method);
        const compared =
          statistical
            .find(({ benchmark, tier }) => benchmark.name === name && tier === committed.tier)
            ?.rows.find((row) => row.group === group && row.method === line.method) ?? null;
        const verdict = judge(line, own, committed, compared);
        return { benchmark: name, group, method: line.method, trials: line.kept.length, ...verdict };
      }),
    ),
  );
}

function judge(
  { kept }: Line,
  rows: readonly Row[],
  { tier, benchmark }: BenchmarkSummary,
  compared: Compared | null,
): Pick<Reproduced, "ok" | "why" | "compared"> {
  const failed = rows.filter((row) => row.status === "failed");
  if (failed.length > 0) {
    const [first] = failed;
    const line = first?.error?.split("\n")[0] ?? "";
    return { ok: false, why: `${failed.length} of ${kept.length} trials failed: ${line}`, compared: null };
  }
  const differing = kept.flatMap((row) => {
    const again = rows.find((other) => other.seed === row.seed);
    const keys = Object.keys(row.metrics).filter(
      (key) => !equal(row.metrics[key] ?? null, again?.metrics[key]),
    );
    return keys.map(
      (key) => `seed ${row.seed}, ${key}: ${row.metrics[key]}, now ${again?.metrics[key] ?? "none"}`,
    );
  });
  if (differing.length === 0) return { ok: true, why: "equal to 1e-6", compared: null };
  if (tier === "smoke") {
    const rest = differing.length > 1 ? ` (and ${differing.length - 1} more)` : "";
    const runtime = kept.find((row) => row.runtime !== "tfjs/cpu")?.runtime;
    const hint = runtime === undefined ? "" : `; it ran on ${runtime}, whose numbers depend on the CPU`;
    return { ok: false, why: `${differing[0]}${rest}${hint}`, compared: null };
  }
  const metric = `test/${benchmark.metric.name}`;
  const numberOf = (row: Row | undefined) => row?.metrics[metric] ?? null;
  // The test below leaves out such seeds, and would judge by those that went well.
  const lost = kept.filter(
    (row) => numberOf(row) !== null && numberOf(rows.find(({ seed }) => seed === row.seed)) === null,
  ).length;
  if (lost > 0) {
    const words = lost === 1 ? ["has", "it"] : ["have", "they"];
    const why = `${lost} of ${kept.length} seeds ${words[0]} no ${metric} now: ${words[1]} diverged`;
    return { ok: false, why, compared: null };
  }
  if (compared?.change === "identical") return { ok: true, why: `${metric} is identical`, compared };
  if (compared === null || compared.p === null)
    return { ok: false, why: "differs, and has too few pairs of seeds for a test", compared };
  const ok = compared.change === "no difference";
  return { ok, why: ok ? "no difference" : "different", compared };
}
