import type { Diagnostics } from "../results/diagnostics.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { affinityMap, cosineMap, cosinePlot, normPlot, sharePlot, taskColours } from "./diagnostic-plots.ts";
import { escape } from "./html.ts";
import { type Frame, pagePalette } from "./plots.ts";
import { transferList, transferPlot, transfers } from "./transfer.ts";

/** Small enough for a phone, and three to a row elsewhere. */
const small: Frame = { width: 340, palette: pagePalette };
/** Two to a row: cells hold numbers. */
const large: Frame = { width: 480, palette: pagePalette };

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

const figure = (plot: string, caption: string): string =>
  plot === "" ? "" : `<figure>${plot}<figcaption>${caption}</figcaption></figure>`;

function insidePart({ line, seed, first, seeds, meanCosines, affinity }: Inside): string {
  const { tasks, gradients } = first;
  const legend = taskColours(tasks, pagePalette).map(
    ({ task, colour }, k) =>
      `<span><span class="key" style="background:${colour}"></span>${escape(task)}${k === 0 ? " (primary)" : ""}</span>`,
  );
  const one = `seed ${seed}`;
  const over = seeds === 1 ? one : `mean over ${seeds} seeds`;
  const figures = [
    gradients && figure(cosinePlot(tasks, gradients, small), `Gradient cosines with the primary, ${one}.`),
    gradients && figure(normPlot(tasks, gradients, small), `Norms of the task gradients, ${one}.`),
    gradients && figure(sharePlot(tasks, gradients, small), `Effective weights: shares in the step, ${one}.`),
    meanCosines &&
      figure(cosineMap(tasks, meanCosines, large), `Mean gradient cosine of every pair, ${over}.`),
    affinity &&
      figure(
        affinityMap(tasks, affinity, large),
        `Affinity: by how many per cent a step on the row's task lowers the column's loss, ${over}.`,
      ),
  ];
  return `<h4>${escape(line.method)}</h4><p class="legend">${legend.join("")}</p><div class="small-plots">${figures.filter(Boolean).join("\n")}</div>`;
}

const howToRead = `<ul class="small soft">
<li>Cosine: 1, two tasks pull the shared parameters the same way; −1, opposite ways. Most lie near 0, where tasks neither help nor hinder each other in this step.</li>
<li>Effective weight: |weight| × norm of the gradient, as a share of all tasks. A task of weight 1 with a small gradient hardly moves anything, before the optimiser.</li>
<li>Affinity (TAG): 1 − (loss after a small step on one task) / (loss before), on the same training batch; below 0, the step does harm. It says nothing of where training ends, and grows without bound as a loss nears 0.</li>
<li>None of these shows that an auxiliary harms: gradient conflict and negative transfer are not strongly correlated (Jiang et al., "ForkMerge", NeurIPS 2023). The comparison with the single task does.</li>
</ul>`;

/** What went on inside of the training of a group's rows; empty when no trial recorded it. */
export function insideTraining(group: GroupSummary): string {
  const found = group.lines.map(insideOf).filter((inside) => inside !== null);
  if (found.length === 0) return "";
  return `<details class="inside"><summary>Inside the training: gradient cosines, norms, effective weights and affinity of ${found.length} rows</summary>
${howToRead}
${found.map(insidePart).join("\n")}</details>`;
}

/** Which rows are worse than the single task: a list and a plot; empty without a single-task row. */
export function negativeTransfer(
  summary: BenchmarkSummary,
  group: GroupSummary,
  both: (plot: (frame: Frame) => string) => string,
): string {
  const found = transfers(summary, group);
  if (found.length === 0) return "";
  const caption =
    "Negative transfer: paired differences to single-task on test. Small dots: seeds; large: mean with its 95 % interval; grey: no difference, or too little to tell. Controls are left out.";
  return `${transferList(summary, group, found)}
<figure>${both((frame) => transferPlot(summary, found, frame))}<figcaption>${caption}</figcaption></figure>`;
}
