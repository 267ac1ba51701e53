import type { FitCallback } from "../callback/event.ts";
import type { Role } from "../task.ts";
import type { AffinityRecord, DiagnosticRecord, GradientRecord } from "./record.ts";

type Values = readonly (number | null)[];

/** The gradients and affinities of a run, small enough for a row of results. Lists are in the order of `tasks`; four digits a number. */
export interface DiagnosticSummary {
  /** Names of the tasks, the primary first. */
  readonly tasks: readonly string[];
  /** Absent when no step was looked at. Each point is the mean of as many looks that follow each other. */
  readonly gradients?: {
    /** Mean step of every point. */
    readonly steps: readonly number[];
    /** [task][point] of ‖g_k‖. */
    readonly norms: readonly Values[];
    /** [task][point]; null under an aggregator. */
    readonly effectiveWeights: readonly Values[] | null;
    /** [task][point] of the cosine with the primary. */
    readonly cosines: readonly Values[];
    /** [task][task], the mean cosine over all looks. */
    readonly meanCosines: readonly Values[];
  };
  /** [from][to], the mean Z_i→j over all looks, as TAG takes it; absent when there was none. */
  readonly affinity?: readonly Values[];
}

/** A callback that puts every diagnosis into a list. */
export const keepDiagnostics =
  (into: DiagnosticRecord[]): FitCallback =>
  (event) => {
    if (event.kind === "diagnostic") into.push(event.record);
  };

/** Mean of the values that are there, to four digits. */
function mean(values: readonly (number | null | undefined)[]): number | null {
  const there = values.filter((value) => typeof value === "number");
  if (there.length === 0) return null;
  return Number((there.reduce((a, b) => a + b, 0) / there.length).toPrecision(4));
}

/** As few equal parts as can be with at most `points`; the last one may be shorter. */
function parts<T>(all: readonly T[], points: number): T[][] {
  const size = Math.ceil(all.length / points);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function gradientsOf(
  records: readonly GradientRecord[],
  tasks: readonly string[],
  points: number,
): DiagnosticSummary["gradients"] {
  const bins = parts(records, points);
  const series = (f: (record: GradientRecord, task: string) => number | null | undefined): Values[] =>
    tasks.map((task) => bins.map((bin) => mean(bin.map((record) => f(record, task)))));
  const [primary] = tasks;
  const weighed = records.some(({ effectiveWeights }) => effectiveWeights !== null);
  return {
    steps: bins.map((bin) => Math.round(bin.reduce((sum, { step }) => sum + step, 0) / bin.length)),
    norms: series(({ norms }, task) => norms[task]),
    effectiveWeights: weighed ? series(({ effectiveWeights }, task) => effectiveWeights?.[task]) : null,
    cosines: series(({ cosines }, task) => cosines[task]?.[primary!]),
    meanCosines: tasks.map((i) => tasks.map((j) => mean(records.map(({ cosines }) => cosines[i]?.[j])))),
  };
}

/**
 * Brings the records of a run into a few numbers: series of at most `points` means, and mean matrices.
 *
 * @param records as the callbacks get them, or as `diagnostics.jsonl` has them; those of other kinds are passed over
 * @param tasks of the run
 * @param points default 24: enough to see a trend, 2 kB of JSON with four tasks
 *
 * @example
 * const records: DiagnosticRecord[] = [];
 * await fit(model, { …, diagnostics: { affinityEvery: 100 }, callbacks: [keepDiagnostics(records)] });
 * const { gradients, affinity } = summarizeDiagnostics(records, tasks);
 */
export function summarizeDiagnostics(
  records: readonly DiagnosticRecord[],
  tasks: readonly { readonly name: string; readonly role: Role }[],
  points = 24,
): DiagnosticSummary {
  const named = (role: Role): string[] => tasks.filter((task) => task.role === role).map(({ name }) => name);
  const names = [...named("primary"), ...named("auxiliary")];
  const seen = records.filter((record): record is GradientRecord => record.kind === "gradients");
  const steps = records.filter((record): record is AffinityRecord => record.kind === "affinity");
  const from = (i: string): Values => names.map((j) => mean(steps.map(({ affinity }) => affinity[i]?.[j])));
  return {
    tasks: names,
    ...(seen.length > 0 && { gradients: gradientsOf(seen, names, points) }),
    ...(steps.length > 0 && { affinity: names.map(from) }),
  };
}
