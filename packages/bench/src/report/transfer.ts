import * as Plot from "@observablehq/plot";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import {
  type PairedDifference,
  pairedDifference,
  pairedDifferences,
  type Verdict,
  verdict,
} from "../statistics/paired.ts";
import { decimalsOf, interval, number } from "./format.ts";
import { escape } from "./html.ts";
import { type Frame, rowPlot, seedMark } from "./plots.ts";

/** The row that trains the primary alone, by the name that it has everywhere. */
const ALONE = "single-task";

/** A row that trains auxiliary tasks, against the single task on the same seeds. */
export interface Transfer {
  readonly line: Line;
  readonly difference: PairedDifference;
  readonly verdict: Verdict;
  /** Method minus single task of every seed that both have. */
  readonly seeds: readonly number[];
  /** How many of them are worse. */
  readonly worse: number;
}

/**
 * Every row of a group but the controls, against its single-task row; empty when there is none. Controls are left out: some have no
 * auxiliary task.
 */
export function transfers({ benchmark, tier }: BenchmarkSummary, group: GroupSummary): Transfer[] {
  const alone = group.lines.find(({ method }) => method === ALONE);
  if (alone === undefined) return [];
  const { better } = benchmark.metric;
  return group.lines
    .filter((line) => line !== alone && line.kind !== "control")
    .map((line) => {
      const difference = pairedDifference(line.values, alone.values);
      const seeds = pairedDifferences(line.values, alone.values);
      const worse = seeds.filter((value) => (better === "lower" ? value > 0 : value < 0)).length;
      const judged = verdict(difference, { better, expected: line.expected, smoke: tier === "smoke" });
      return { line, difference, seeds, worse, verdict: judged };
    })
    .filter(({ seeds }) => seeds.length > 0);
}

/** The rows that are worse than the single task, in words. */
export function transferList(
  { benchmark }: BenchmarkSummary,
  group: GroupSummary,
  found: readonly Transfer[],
): string {
  const { better } = benchmark.metric;
  const decimals = decimalsOf(group);
  const worse = found.filter((each) => each.verdict === "worse");
  if (worse.length > 0) {
    const items = worse.map(({ line, difference, worse: count, seeds }) => {
      const size = `${number(difference.mean, decimals, true)} ${interval(difference, decimals, true)}`;
      return `<li>${escape(line.method)}: ${size}, worse on ${count} of ${seeds.length} seeds</li>`;
    });
    return `<p><strong>Negative transfer</strong>: worse than ${ALONE}, with a 95 % interval that does not hold zero:</p><ul>${items.join("")}</ul>`;
  }
  const judged = found.filter((each) => each.verdict === "better" || each.verdict === "no difference");
  if (judged.length > 0)
    return `<p><strong>No negative transfer</strong>: none of ${judged.length} rows is worse than ${ALONE} beyond its 95 % interval.</p>`;
  const { length } = found.filter(({ difference: { mean } }) => (better === "lower" ? mean > 0 : mean < 0));
  return `<p><strong>Negative transfer</strong>: ${length} of ${found.length} rows are worse than ${ALONE} on average; too few seeds to conclude.</p>`;
}

/** Differences of single seeds to the single task, their mean and its t interval. */
export function transferPlot(
  { benchmark }: BenchmarkSummary,
  found: readonly Transfer[],
  frame: Frame,
): string {
  const { palette } = frame;
  const colour = (each: Transfer): string =>
    each.verdict === "worse" || each.verdict === "better" ? palette[each.verdict] : palette.quiet;
  const direction = benchmark.metric.better === "lower" ? "worse →" : "← worse";
  const colourOf = (line: Line): string => {
    const each = found.find((transfer) => transfer.line === line);
    return each ? colour(each) : palette.quiet;
  };
  const bounded = found.filter(({ difference }) => Number.isFinite(difference.low));
  const method = ({ line }: Transfer): string => line.method;
  return rowPlot(
    found.map(({ line }) => line),
    frame,
    `test ${benchmark.metric.name} minus ${ALONE}'s   ${direction}`,
    [
      Plot.ruleX([0], { stroke: palette.baseline, strokeDasharray: "4 4" }),
      seedMark(
        found.map(({ line, seeds }) => ({ line, values: seeds })),
        colourOf,
      ),
      Plot.ruleY(bounded, {
        x1: ({ difference }: Transfer) => difference.low,
        x2: ({ difference }: Transfer) => difference.high,
        y: method,
        stroke: colour,
        strokeWidth: 2.2,
      }),
      Plot.dot(found, { x: ({ difference }: Transfer) => difference.mean, y: method, r: 5, fill: colour }),
    ],
  );
}
