import { type Diagnostics, gradientSeries } from "../results/diagnostics.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { affinityMap, cosineMap, cosinePlot, normPlot, sharePlot, taskColours } from "./diagnostic-plots.ts";
import { type Figure, figureHtml, legendHtml } from "./figure.ts";
import { escape } from "./html.ts";
import { type Frame, pagePalette, seedWords } from "./plots.ts";
import { transferList, transferPlot, transfers } from "./transfer.ts";

/** Small enough for a phone, and three to a row elsewhere. */
const small = 340;
/** Two to a row: cells hold numbers. */
const large = 480;

/** What the trials of a row saw: series of the first seed, and matrices as means over the seeds with the same tasks. */
interface Inside {
  readonly line: Line;
  readonly seed: number;
  readonly first: Diagnostics;
  readonly seeds: number;
  readonly meanCosines: Diagnostics["affinity"];
  readonly affinity: Diagnostics["affinity"];
}

type Matrix = NonNullable<Diagnostics["affinity"]>;

/** Entry by entry, over the matrices that have it. */
function meanMatrix(matrices: readonly (Matrix | undefined)[], tasks: number): Matrix | undefined {
  const there = matrices.filter((matrix) => matrix !== undefined);
  if (there.length === 0) return undefined;
  const range = Array.from({ length: tasks }, (_, i) => i);
  return range.map((i) =>
    range.map((j) => {
      const values = there.map((matrix) => matrix[i]?.[j] ?? null).filter((value) => value !== null);
      return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
    }),
  );
}

/** null for a row without diagnostics. */
function insideOf(line: Line): Inside | null {
  const rows = line.kept
    .flatMap(({ seed, diagnostics }) => (diagnostics ? [{ seed, diagnostics }] : []))
    .sort((a, b) => a.seed - b.seed);
  const [head] = rows;
  if (head === undefined) return null;
  const { tasks } = head.diagnostics;
  const alike = rows.filter(({ diagnostics }) => diagnostics.tasks.join("\n") === tasks.join("\n"));
  const over = (f: (each: Diagnostics) => Matrix | undefined): Matrix | undefined =>
    meanMatrix(
      alike.map(({ diagnostics }) => f(diagnostics)),
      tasks.length,
    );
  return {
    line,
    seed: head.seed,
    first: head.diagnostics,
    seeds: alike.length,
    meanCosines: over(({ gradients }) => gradients?.meanCosines),
    affinity: over(({ affinity }) => affinity),
  };
}

/** All that is drawn of one row. */
export function insideFigures(line: Line): Figure[] {
  const inside = insideOf(line);
  if (inside === null) return [];
  const { seed, first, seeds, meanCosines, affinity } = inside;
  const { tasks } = first;
  const gradients = gradientSeries(first);
  const one = `seed ${seed}`;
  const over = seeds === 1 ? one : `mean over ${seeds} seeds`;
  const series =
    gradients &&
    ([
      [
        "cosines",
        `Gradient cosines with the primary, ${one}.`,
        said(tasks, gradients.cosines, 1),
        cosinePlot,
      ],
      ["norms", `Norms of the task gradients, ${one}.`, said(tasks, gradients.norms, 0), normPlot],
      [
        "shares",
        `Effective weights: shares in the step, ${one}.`,
        said(tasks, gradients.effectiveWeights ?? [], 0),
        sharePlot,
      ],
    ] as const);
  return [
    ...(series ?? []).map(([name, caption, told, plot]) => ({
      name: `${name}-${line.method}`,
      alt: `${line.method}. ${caption} First to last: ${told}.`,
      caption,
      width: small,
      draw: (frame: Frame) => (gradients ? plot(tasks, gradients, frame) : ""),
    })),
    ...(meanCosines
      ? [
          {
            name: `cosine-map-${line.method}`,
            alt: `${line.method}. Mean gradient cosines: ${pairs(tasks, meanCosines, false)}.`,
            caption: `Mean gradient cosine of every pair, ${over}.`,
            width: large,
            draw: (frame: Frame) => cosineMap(tasks, meanCosines, frame),
          },
        ]
      : []),
    ...(affinity
      ? [
          {
            name: `affinity-${line.method}`,
            alt: `${line.method}. Affinities: ${pairs(tasks, affinity, true)}.`,
            caption: `Affinity: by how many per cent a step on the row's task lowers the column's loss, ${over}.`,
            width: large,
            draw: (frame: Frame) => affinityMap(tasks, affinity, frame),
          },
        ]
      : []),
  ];
}

const short = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : String(Number(value.toPrecision(2)));

/** First and last value of every task from the given one on. */
const said = (
  tasks: readonly string[],
  rows: readonly (readonly (number | null)[])[],
  from: number,
): string =>
  tasks
    .map((task, k) => `${task} ${short(rows[k]?.[0])} to ${short(rows[k]?.at(-1))}`)
    .slice(from)
    .join(", ");

/** Every pair of different tasks, once where the order means nothing. */
const pairs = (tasks: readonly string[], matrix: Matrix, ordered: boolean): string =>
  tasks
    .flatMap((a, i) =>
      tasks.flatMap((b, j) =>
        i < j || (ordered && i > j) ? [`${a} ${ordered ? "to" : "and"} ${b} ${short(matrix[i]?.[j])}`] : [],
      ),
    )
    .join(", ");

function insidePart(line: Line): string {
  const figures = insideFigures(line);
  const tasks = insideOf(line)?.first.tasks ?? [];
  const legend = taskColours(tasks, pagePalette).map(({ task, colour }, k) => ({
    label: k === 0 ? `${task} (primary)` : task,
    colour,
  }));
  return `<h4>${escape(line.method)}</h4>${legendHtml(legend)}<div class="small-plots">${figures.map(figureHtml).join("\n")}</div>`;
}

const howToRead = `<ul class="small soft">
<li>Cosine: 1, two tasks pull the shared parameters the same way; −1, opposite ways. Most lie near 0, where tasks neither help nor hinder each other in this step.</li>
<li>Effective weight: |weight| × norm of the gradient, as a share of all tasks. A task of weight 1 with a small gradient hardly moves anything, before the optimiser.</li>
<li>Affinity (TAG): 1 − (loss after a small step on one task) / (loss before), on the same training batch; below 0, the step does harm. It says nothing of where training ends, and grows without bound as a loss nears 0.</li>
<li>None of these shows that an auxiliary harms: gradient conflict and negative transfer are not strongly correlated (Jiang et al., "ForkMerge", NeurIPS 2023). The comparison with the single task does.</li>
</ul>`;

/** Whether a trial of the row recorded what went on inside of it. */
export const hasInside = (line: Line): boolean =>
  line.kept.some(({ diagnostics }) => diagnostics !== undefined);

/** What went on inside of the training of some rows; empty when no trial recorded it. `left`: how many more have been left out. */
export function insideTraining(lines: readonly Line[], left: string): string {
  if (lines.length === 0) return "";
  return `<details class="inside"><summary>Inside the training: gradient cosines, norms, effective weights and affinity of ${lines.length} rows</summary>
${howToRead}${left}
${lines.map(insidePart).join("\n")}</details>`;
}

/** Which rows are worse than the single task, in words. */
export function negativeTransfer(summary: BenchmarkSummary, group: GroupSummary): string {
  const found = transfers(summary, group);
  return found.length === 0 ? "" : transferList(summary, group, found);
}

/** The same as a plot; null without a single-task row. */
export function transferFigure(summary: BenchmarkSummary, group: GroupSummary): Figure | null {
  const found = transfers(summary, group);
  if (found.length === 0) return null;
  const worse = found.filter(({ verdict }) => verdict === "worse").map(({ line }) => line.method);
  return {
    name: "negative-transfer",
    alt: `Paired differences to single-task on test. Worse: ${worse.join(", ") || "none"}.`,
    caption: `Negative transfer: paired differences to single-task on test. Large dots: mean, bars: its 95 % interval, ${seedWords(found.map(({ line, seeds }) => ({ line, values: seeds })))}; grey: no difference, or too little to tell. Controls are left out.`,
    draw: (frame) => transferPlot(summary, found, frame),
  };
}
