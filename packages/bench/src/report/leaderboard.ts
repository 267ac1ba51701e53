import type { Place, Standing, Standings } from "../results/standings.ts";
import { fewestBenchmarks } from "../statistics/critical-difference.ts";
import { fewestPairs, tInterval } from "../statistics/paired.ts";
import { figureHtml } from "./figure.ts";
import { interval, number } from "./format.ts";
import { type Cell, escape, idOf, sortable } from "./html.ts";
import { profileFigure, rankFigure } from "./rank-plots.ts";
import { anchor } from "./trials.ts";

/** Leaderboard, rank diagram and performance profiles of one domain. */
export function leaderboard(board: Standings): string {
  const { title, problems, reference, standings, friedman, notes } = board;
  const benchmarks = new Set(problems.map(({ summary }) => summary.benchmark.name)).size;
  const headings = ["method", "mean rank", "gain, % [95 %]", "better, same, worse", "problems", "cost"];
  const rows = standings.map((standing) => cells(board, standing));
  const figures = [rankFigure(board), profileFigure(board)].filter((figure) => figure !== null);
  const few =
    friedman === null && benchmarks < fewestBenchmarks
      ? `<p class="small soft">No critical-difference diagram: it takes ${fewestBenchmarks} benchmarks, and there ${benchmarks === 1 ? "is 1" : `are ${benchmarks}`}.</p>`
      : "";
  return `<section id="${anchorOf(title)}">
<h2>Leaderboard: ${escape(title)}</h2>
<p class="small soft">${problems.length === 1 ? "One problem" : `${problems.length} problems of ${benchmarks} benchmark${benchmarks === 1 ? "" : "s"}`}. Gain: difference to ${escape(reference)} on the same seed, in per cent of ${escape(reference)}’s IQM, positive is better; IQM over all seeds and problems, with a bootstrap interval stratified by problem. Rank: by that gain on each problem, and the mean over them; only rows with all seeds on all problems have one. Cost: seconds of a trial as a multiple of ${escape(reference)}’s. Controls are left out.</p>
${notes.map((note) => `<p class="small">${escape(note)}</p>`).join("")}
${sortable(headings, rows, `Leaderboard of ${title}`)}
${few}
${figures.map(figureHtml).join("\n")}
${problems.length > 1 ? byProblem(board) : ""}
</section>`;
}

export const anchorOf = (title: string): string => idOf("leaderboard", title);

const rowAnchor = (title: string, method: string): string => idOf("leaderboard", title, method);

const trialsOf = ({ problem, line }: Place): string =>
  anchor(problem.summary, problem.group.group, line.method);

const percent = (value: number): string => number(100 * value, 1, true);

function cells({ title, problems, reference }: Standings, standing: Standing): Cell[] {
  const { method, places, gain, rank, cost } = standing;
  const [only] = places;
  const target = problems.length === 1 && only ? trialsOf(only) : rowAnchor(title, method);
  const link = (text: string): string => `<a href="#${target}">${text}</a>`;
  const { low, high } = standing.interval;
  const verdicts = places.map((place) => verdictOf(place));
  const count = (wanted: string): number => verdicts.filter((verdict) => verdict === wanted).length;
  const own = method === reference;
  return [
    { html: link(escape(method)), key: method },
    { html: link(rank === null ? "–" : number(rank, 2)), key: rank ?? "", right: true },
    {
      html: own
        ? link("0")
        : link(
            `<strong>${percent(gain)}</strong> ${interval({ low: 100 * low, high: 100 * high }, 1, true)}`,
          ),
      key: gain,
      right: true,
    },
    {
      html: own ? link("–") : link(`${count("better")}, ${count("same")}, ${count("worse")}`),
      key: own ? "" : count("better") - count("worse"),
      right: true,
    },
    { html: link(`${places.length} of ${problems.length}`), key: places.length, right: true },
    { html: link(`${number(cost, 2)} ×`), key: Number.isFinite(cost) ? cost : "", right: true },
  ];
}

/** By the interval of the gain over the problem's seeds; a row that lost one of them is not judged, for the rest may be the lucky ones. */
function verdictOf({ gains, line }: Place): "better" | "same" | "worse" | "untested" {
  const { pairs, low, high } = tInterval(gains);
  const short = pairs < fewestPairs || pairs < line.expected;
  if (short || !Number.isFinite(low)) return "untested";
  if (low > 0) return "better";
  return high < 0 ? "worse" : "same";
}

/** The gain of every row on every problem, each linked to its trials. */
function byProblem({ title, problems, standings }: Standings): string {
  const headings = [
    "method",
    ...problems.map(({ summary, group }) => `${summary.benchmark.name} ${group.group}`.trim()),
  ];
  const rows = standings.map(({ method, places }): Cell[] => [
    { html: `<span id="${rowAnchor(title, method)}">${escape(method)}</span>`, key: method },
    ...problems.map((problem): Cell => {
      const place = places.find((each) => each.problem === problem);
      if (place === undefined) return { html: "–", key: "", right: true };
      const { mean, low, high } = tInterval(place.gains);
      return {
        html: `<a href="#${trialsOf(place)}">${percent(mean)} ${interval({ low: 100 * low, high: 100 * high }, 1, true)}</a>`,
        key: mean,
        right: true,
      };
    }),
  ]);
  return `<details><summary>Gain on every problem, in per cent: mean over the seeds with its 95 % t interval</summary>${sortable(headings, rows, `Gains of ${title} by problem`)}</details>`;
}
