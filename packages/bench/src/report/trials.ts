import type { Row } from "../results/row.ts";
import { type BenchmarkSummary, describeOptions, type Line } from "../results/summary.ts";
import { number } from "./format.ts";
import { type Cell, escape, sortable } from "./html.ts";

/** The name by which cells link to the trials of a row. */
export function anchor(summary: BenchmarkSummary, group: string, method: string): string {
  return `trials-${summary.benchmark.name}-${group}-${method}`.replace(/[^a-zA-Z0-9-]+/g, "-");
}

/** Every trial behind one row of the table, tuning and failed ones included, with its provenance. */
export function trialList(summary: BenchmarkSummary, group: string, line: Line): string {
  const { name } = summary.benchmark.metric;
  const kept = new Set(line.kept.map((row) => row.id));
  const trials = [...line.trials].sort(
    (a, b) => a.seed - b.seed || (a.candidate?.index ?? 0) - (b.candidate?.index ?? 0),
  );
  const rows = trials.map((row): Cell[] => {
    const { provenance } = row;
    const metric = (split: string): Cell => {
      const value = row.metrics[`${split}/${name}`] ?? null;
      return { html: value === null ? "–" : number(value, 4), key: value ?? "", right: true };
    };
    const use = row.status === "failed" ? "failed" : kept.has(row.id) ? "counts" : "tuning only";
    return [
      { html: String(row.seed), key: row.seed, right: true },
      plain(describeOptions(row.candidate?.options ?? {}) || "–"),
      { html: `<span class="${row.status}">${use}</span>`, key: use },
      metric("validation"),
      // Not even shown for a candidate that was not chosen: its test score has no use but to choose by.
      kept.has(row.id) ? metric("test") : { html: "–", key: "", right: true },
      { html: provenance.seconds.toFixed(1), key: provenance.seconds, right: true },
      memory(provenance.peakMemory),
      plain(row.runtime ?? "–"),
      plain(provenance.startedAt.replace(/\.\d+Z$/, "Z")),
      plain(row.id),
    ];
  });
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
  ];
  return (
    `<details id="${anchor(summary, group, line.method)}"><summary>${escape(group ? `${group}, ${line.method}` : line.method)}: ` +
    `${trials.length} trials, ${(line.totalSeconds / 60).toFixed(1)} minutes of computing</summary>` +
    (line.describe ? `<p class="small">${escape(line.describe)}</p>` : "") +
    sortable(headings, rows) +
    origin(trials) +
    trials.map(remarks).join("") +
    "</details>"
  );
}

const plain = (text: string): Cell => ({ html: escape(text), key: text });

const memory = (bytes: number | null): Cell => ({
  html: bytes === null ? "–" : (bytes / 1e6).toFixed(0),
  key: bytes ?? "",
  right: true,
});

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

function remarks(row: Row): string {
  const notes = [...(row.notes ?? [])].map(
    (note) => `<p class="small">Seed ${row.seed}: ${escape(note)}</p>`,
  );
  const error = row.error
    ? `<p class="failed">Seed ${row.seed} failed:</p><pre>${escape(row.error)}</pre>`
    : "";
  return notes.join("") + error;
}
