import type { Row } from "../results/row.ts";
import { type BenchmarkSummary, describeOptions, type Line } from "../results/summary.ts";
import { number } from "./format.ts";
import { dataHtml, escape, idOf } from "./html.ts";

/** The name by which cells link to the trials of a row. */
export function anchor(summary: BenchmarkSummary, group: string, method: string): string {
  return idOf("trials", summary.benchmark.name, group, method);
}

const headings = [
  "seed",
  "candidate",
  "use",
  "validation",
  "test",
  "seconds",
  "peak MB",
  "runtime",
  "started",
  "id",
  "notes",
];

/**
 * Every trial behind one row of the table, tuning and failed ones included, with its provenance. The trials are data, of which the page's
 * script makes a table when the list is opened: a hundred thousand rows of HTML would take a browser minutes and gigabytes.
 */
export function trialList(summary: BenchmarkSummary, group: string, line: Line): string {
  const { name } = summary.benchmark.metric;
  const kept = new Set(line.kept.map((row) => row.id));
  const trials = [...line.trials].sort(
    (a, b) => a.seed - b.seed || (a.candidate?.index ?? 0) - (b.candidate?.index ?? 0),
  );
  const rows = trials.map((row) => {
    const { provenance } = row;
    const metric = (split: string): string => {
      const value = row.metrics[`${split}/${name}`] ?? null;
      return value === null ? "–" : number(value, 4);
    };
    return [
      row.seed,
      describeOptions(row.candidate?.options ?? {}) || "–",
      row.status === "failed" ? "failed" : kept.has(row.id) ? "counts" : "tuning only",
      metric("validation"),
      // Not even shown for a candidate that was not chosen: its test score has no use but to choose by.
      kept.has(row.id) ? metric("test") : "–",
      provenance.seconds.toFixed(1),
      provenance.peakMemory === null ? "–" : (provenance.peakMemory / 1e6).toFixed(0),
      row.runtime ?? "–",
      provenance.startedAt.replace(/\.\d+Z$/, "Z"),
      row.id,
      [...(row.notes ?? []), ...(row.error ? [row.error] : [])].join("\n"),
    ];
  });
  const title = group ? `${group}, ${line.method}` : line.method;
  return (
    `<details id="${anchor(summary, group, line.method)}"><summary>${escape(title)}: ` +
    `${trials.length} trials, ${(line.totalSeconds / 60).toFixed(1)} minutes of computing</summary>` +
    (line.describe ? `<p class="small">${escape(line.describe)}</p>` : "") +
    dataHtml({ caption: `Trials of ${title}`, headings, rows }) +
    origin(trials) +
    "</details>"
  );
}

/** Provenance that the trials of a row share, each distinct value once. */
function origin(trials: readonly Row[]): string {
  const distinct = (of: (row: Row) => string | undefined) =>
    [...new Set(trials.map(of).filter((text) => text !== undefined))].join("; ");
  const facts = {
    commit: distinct(
      ({ provenance: p }) =>
        `${p.commit?.slice(0, 12) ?? "none"}${p.dirty ? " with uncommitted changes" : ""}`,
    ),
    "code version": distinct((row) => row.codeVersion),
    package: distinct(
      (row) => `${row.package} ${row.provenance.packageVersion}, benchmark version ${row.version}`,
    ),
    "lock file": distinct(({ provenance: p }) => p.lockFile?.slice(0, 12)),
    data: distinct((row) => row.datasets?.map((d) => `${d.name} sha256 ${d.sha256.slice(0, 12)}`).join(", ")),
    machine: distinct(({ provenance: p }) => `${p.cpu}, ${p.cores} cores, ${p.os}, node ${p.node}`),
    running: distinct(({ provenance: p }) => `${p.jobs} trials at a time, ${p.threads} threads each`),
    options: distinct((row) => JSON.stringify(row.options)),
  };
  const items = Object.entries(facts).filter(([, value]) => value !== "");
  return `<p class="small soft">${items.map(([key, value]) => `${key}: <code>${escape(value)}</code>`).join(" · ")}</p>`;
}
