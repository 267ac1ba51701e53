import * as Plot from "@observablehq/plot";
import { percent, short } from "@outrigger/core/command/text-table";
import type { Coverage, TargetReport, TestRow } from "../training/report.ts";
import { series } from "./page.ts";
import type { Figure } from "./panel.ts";

const quiet = "var(--quiet)";

/** Measured against predicted. */
export function parityFigure({ name, test }: TargetReport, inside: Coverage): Figure {
  const all = test.flatMap(({ label, value }) => [label, value]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const half = inside.size === null ? null : inside.size / 2;
  const diagonal = (offset: number): { x: number; y: number }[] => [
    { x: low, y: low + offset },
    { x: high, y: high + offset },
  ];
  return {
    title: "Measured and predicted",
    caption: `Test molecules: ${test.length}. Dashed: predicted as measured${half === null ? "" : `; dotted: within the interval for ${percent(inside.level)} of ±${short(half)}`}.`,
    x: { label: `${name}, measured`, domain: [low, high] },
    y: { label: "predicted" },
    marks: [
      Plot.line(diagonal(0), { x: "x", y: "y", stroke: quiet, strokeDasharray: "5 4" }),
      ...(half === null
        ? []
        : [-half, half].map((offset) =>
            Plot.line(diagonal(offset), { x: "x", y: "y", stroke: quiet, strokeDasharray: "1 4" }),
          )),
      Plot.dot(test, { x: "label", y: "value", r: 3, fill: series(0), fillOpacity: 0.55 }),
    ],
  };
}

/** The points of a ROC curve: by falling probability, the shares of zeros and ones at or above it. */
export function rocPoints(rows: readonly Pick<TestRow, "label" | "value">[]): { x: number; y: number }[] {
  const order = rows.toSorted((a, b) => b.value - a.value);
  const ones = rows.filter(({ label }) => label === 1).length;
  const zeros = rows.length - ones;
  const points = [{ x: 0, y: 0 }];
  let [x, y] = [0, 0];
  for (const [i, { label, value }] of order.entries()) {
    if (label === 1) y++;
    else x++;
    // Equal probabilities are one step, or the order of the file would count.
    if (order[i + 1]?.value !== value) points.push({ x: x / zeros, y: y / ones });
  }
  return points;
}

export function rocFigure({ name, test, metrics }: TargetReport): Figure {
  const shares = { domain: [0, 1], tickFormat: "%" } as const;
  return {
    title: "ROC curve",
    caption: `${name}, ${test.length} test molecules; area ${short(metrics[0]!.value)}. Dashed: guessing.`,
    x: { label: "zeros taken for ones", ...shares },
    y: { label: "ones found", ...shares },
    marks: [
      Plot.line([0, 1], { x: (d: number) => d, y: (d: number) => d, stroke: quiet, strokeDasharray: "5 4" }),
      Plot.line(rocPoints(test), { x: "x", y: "y", stroke: series(0), strokeWidth: 2 }),
    ],
  };
}

/** Probabilities in five bins against how often the class was 1. */
export function reliabilityFigure({ test }: TargetReport): Figure {
  const bins = [0, 1, 2, 3, 4].flatMap((bin) => {
    const rows = test.filter(({ value }) => Math.min(4, Math.floor(value * 5)) === bin);
    if (rows.length === 0) return [];
    const mean = (f: (row: TestRow) => number): number =>
      rows.reduce((sum, row) => sum + f(row), 0) / rows.length;
    return [{ p: mean(({ value }) => value), share: mean(({ label }) => label), count: rows.length }];
  });
  const shares = { domain: [0, 1], tickFormat: "%" } as const;
  return {
    title: "Are probabilities right?",
    caption: `Molecules a point: ${bins.map(({ count }) => count).join(", ")}. On the dashed line a probability is as often right as it says.`,
    x: { label: "predicted probability of class 1", ...shares },
    y: { label: "share of class 1", ...shares },
    marks: [
      Plot.line([0, 1], { x: (d: number) => d, y: (d: number) => d, stroke: quiet, strokeDasharray: "5 4" }),
      Plot.line(bins, { x: "p", y: "share", stroke: series(0) }),
      Plot.dot(bins, { x: "p", y: "share", r: 4, fill: series(0) }),
    ],
  };
}

/** The level that was asked for against the share of test labels inside. */
export function coverageFigure({ coverage, kind }: TargetReport, promise: string): Figure {
  const rows = coverage
    .filter(({ labels }) => labels > 0)
    .map((each) => ({ ...each, share: each.covered / each.labels }));
  const shares = { domain: [0.4, 1], tickFormat: "%" } as const;
  return {
    title: kind === "regression" ? "Do the intervals hold?" : "Do the prediction sets hold?",
    caption: `Below the dashed line error bars are too narrow, above too wide. ${promise}`,
    x: { label: "asked for", ...shares },
    y: {
      label: "test labels inside",
      domain: [Math.min(0.4, ...rows.map(({ share }) => share)), 1],
      tickFormat: "%",
    },
    marks: [
      Plot.line([0.4, 1], {
        x: (d: number) => d,
        y: (d: number) => d,
        stroke: quiet,
        strokeDasharray: "5 4",
      }),
      Plot.line(rows, { x: "level", y: "share", stroke: series(0), strokeWidth: 2 }),
      Plot.dot(rows, { x: "level", y: "share", r: 4, fill: series(0) }),
    ],
  };
}

export interface DomainBin {
  readonly label: string;
  readonly molecules: number;
  /** Mean absolute error, or share of wrong classes; null without molecules. */
  readonly error: number | null;
}

const EDGES = [0, 0.3, 0.4, 0.5, 0.7, 1.0001] as const;

const errorOf = (kind: TargetReport["kind"], { label, value }: TestRow): number =>
  kind === "regression" ? Math.abs(value - label) : Number(value >= 0.5 !== (label === 1));

/** Errors of the test molecules by similarity to the nearest training molecule. */
export function domainBins({ kind, test }: Pick<TargetReport, "kind" | "test">): DomainBin[] {
  return EDGES.slice(0, -1).map((from, i) => {
    const to = EDGES[i + 1]!;
    const rows = test.filter(({ similarity }) => similarity >= from && similarity < to);
    const sum = rows.reduce((total, row) => total + errorOf(kind, row), 0);
    const label = i === 0 ? `below ${to}` : i === EDGES.length - 2 ? `${from} and up` : `${from} to ${to}`;
    return { label, molecules: rows.length, error: rows.length > 0 ? sum / rows.length : null };
  });
}

/** Errors by whether the scaffold was seen in training. */
export function scaffoldWords({ kind, test }: Pick<TargetReport, "kind" | "test">): string {
  const groups = [
    ["with a scaffold of training", true],
    ["with a new scaffold", false],
    ["without rings", null],
  ] as const;
  const said = groups.flatMap(([words, seen]) => {
    const rows = test.filter(({ scaffoldSeen }) => scaffoldSeen === seen);
    if (rows.length === 0) return [];
    const error = rows.reduce((sum, row) => sum + errorOf(kind, row), 0) / rows.length;
    return [`${short(error)} for ${rows.length} ${words}`];
  });
  return `${kind === "regression" ? "Mean absolute error" : "Share of wrong classes"}: ${said.join(", ")}.`;
}

export function domainFigure(report: TargetReport): Figure {
  const bins = domainBins(report).filter(({ error }) => error !== null);
  const counts = bins.map(({ label, molecules }) => `${molecules} at ${label}`).join(", ");
  return {
    title: "Where it should not be trusted",
    caption: `Molecules: ${counts}. ${scaffoldWords(report)}`,
    x: {
      label: "similarity to the nearest training molecule",
      domain: bins.map(({ label }) => label),
      type: "band",
    },
    y: {
      label: report.kind === "regression" ? "mean absolute error" : "share of wrong classes",
      insetTop: 18,
    },
    marks: [
      Plot.barY(bins, { x: "label", y: "error", fill: series(0), fillOpacity: 0.75 }),
      Plot.text(bins, {
        x: "label",
        y: "error",
        text: (bin: DomainBin) => `${bin.molecules}`,
        dy: -7,
        fill: "var(--text)",
      }),
      Plot.ruleY([0], { stroke: quiet }),
    ],
  };
}

/** Weights of the auxiliary tasks, an epoch a point. */
export function weightsFigure(weights: Readonly<Record<string, readonly number[]>>): Figure {
  const names = Object.keys(weights);
  return {
    title: "Weights of the auxiliary tasks",
    caption: "Mean of each epoch, first model of the ensemble.",
    keys: names.slice(0, 6).map((name, i) => [series(i), name]),
    x: { label: "epoch", tickFormat: "d" },
    y: { label: "weight", zero: true },
    marks: names.map((name, i) =>
      Plot.line(
        weights[name]!.map((weight, epoch) => ({ epoch: epoch + 1, weight })),
        { x: "epoch", y: "weight", stroke: i < 6 ? series(i) : quiet, strokeWidth: 1.8 },
      ),
    ),
  };
}
