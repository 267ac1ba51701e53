import { LinearTheoryError } from "../error.ts";
import { checkProblem, type Problem } from "../problem.ts";
import { pooledParts } from "../risk/pooled.ts";
import { scaledProblem } from "../risk/scale.ts";
import { singleTaskRisk } from "../risk/single-task.ts";

/** How the risk of unweighted pooling depends on the number of auxiliary rows. */
export interface RowPhases {
  /** R_0, the primary alone. */
  readonly single: number;
  /** The number of auxiliary rows with the smallest risk; Infinity when more is always better, 0 when any hurts. */
  readonly best: { readonly rows: number; readonly risk: number };
  /** The ranges of n_1, both ends included, in which pooling is no better than the primary alone; `to` may be Infinity. Empty: it always helps. */
  readonly harmful: readonly { readonly from: number; readonly to: number }[];
}

/** Every n_1 up to here is tried, then steps of one percent: the risk is a ratio of polynomials of degree 5, too smooth to turn twice in between. */
const dense = 1000;
const most = 2 ** 48;

/**
 * The phases of unweighted pooling in n_1, the rows of one auxiliary: bias grows with n_1 while variance falls, so that there is often a best n_1
 * and a larger one from which the auxiliary is harmful. As n_1 → ∞ the risk tends to Δ. `problem.rows[1]` is not used.
 *
 * @throws LinearTheoryError `bad-problem` for another number of tasks than 2.
 * Cost: about 4,000 evaluations of the closed form of `pooledRisk`, some milliseconds. Own derivation.
 */
export function rowPhases(problem: Problem): RowPhases {
  const { features, rows, shifts } = checkProblem(problem);
  if (rows.length !== 2)
    throw new LinearTheoryError(
      "bad-problem",
      `rowPhases needs the primary and one auxiliary, not ${rows.length} tasks.`,
      {
        tasks: rows.length,
      },
    );
  const single = singleTaskRisk(problem).risk;
  const { problem: unit, scale } = scaledProblem(problem);
  const at = (n: number): number => {
    if (rows[0]! + n <= features + 1) return Number.POSITIVE_INFINITY;
    const { bias2, variance } = pooledParts({ ...unit, rows: [rows[0]!, n] });
    return scale * (bias2 + variance);
  };
  const counts = grid();
  const risks = counts.map(at);
  return {
    single,
    best: bestOf(counts, risks, at, single, shifts[1]![1]!),
    harmful: harmfulRanges(counts, risks, at, single),
  };
}

function grid(): number[] {
  const counts = Array.from({ length: dense }, (_, i) => i + 1);
  for (let n = dense; n < most; ) {
    n = Math.ceil(n * 1.01);
    counts.push(n);
  }
  return counts;
}

function bestOf(counts: number[], risks: number[], at: (n: number) => number, single: number, limit: number) {
  let best = 0;
  for (let i = 1; i < risks.length; i++) if (risks[i]! < risks[best]!) best = i;
  if (risks[best]! >= single && limit >= single) return { rows: 0, risk: single };
  if (best === counts.length - 1) return { rows: Number.POSITIVE_INFINITY, risk: limit };
  let low = counts[Math.max(0, best - 1)]!;
  let high = counts[best + 1]!;
  while (high - low > 2) {
    const third = Math.floor((high - low) / 3);
    if (at(low + third) <= at(high - third)) high -= third || 1;
    else low += third || 1;
  }
  let rows = low;
  for (let n = low; n <= high; n++) if (at(n) < at(rows)) rows = n;
  return { rows, risk: at(rows) };
}

function harmfulRanges(counts: number[], risks: number[], at: (n: number) => number, single: number) {
  const harmful: { from: number; to: number }[] = [];
  let from: number | undefined = risks[0]! >= single ? 1 : undefined;
  for (let i = 1; i < counts.length; i++) {
    const harms = risks[i]! >= single;
    if (harms === (from !== undefined)) continue;
    const first = firstOf(counts[i - 1]!, counts[i]!, (n) => at(n) >= single === harms);
    if (from === undefined) from = first;
    else {
      harmful.push({ from, to: first - 1 });
      from = undefined;
    }
  }
  if (from !== undefined) harmful.push({ from, to: Number.POSITIVE_INFINITY });
  return harmful;
}

/** The first whole number above `low` for which a condition holds that holds at `high` and changes once in between. */
function firstOf(low: number, high: number, holds: (n: number) => boolean): number {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
