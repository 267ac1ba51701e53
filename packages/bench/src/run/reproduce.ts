import type { Row } from "../results/row.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import type { Found } from "./discover.ts";
import { type TrialSpec, trialOf } from "./plan.ts";
import type { Session } from "./session.ts";

/** A benchmark and those of its committed rows that are to be run again. */
export interface Committed {
  readonly found: Found;
  readonly summary: BenchmarkSummary;
}

/** The trials behind the rows, with the present code: the options that validation chose then, and no choice anew. */
function trialsOf({ found, summary }: Committed): TrialSpec[] {
  return summary.groups.flatMap(({ lines }) =>
    lines.flatMap(({ kept }) =>
      kept.map(({ method, group, kind, options, candidate, seed }) =>
        trialOf(found, summary.tier, { method, group, kind, options }, candidate, seed, "score"),
      ),
    ),
  );
}

/** Runs the trials of all rows again. @returns the new rows, benchmark by benchmark. @throws Stopped when the executor was stopped. */
export async function runAgain(session: Session, committed: readonly Committed[]): Promise<Row[][]> {
  const trials = committed.map(trialsOf);
  session.observer.begin(trials.reduce((sum, list) => sum + list.length, 0));
  const rows = trials.map((list) => list.map((trial) => session.row(trial)));
  await session.settle(rows.flat());
  return Promise.all(rows.map((list) => Promise.all(list)));
}
