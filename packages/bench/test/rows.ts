import type { Row } from "../src/results/row.ts";

/** A finished trial of the toy benchmark, with everything fixed that could differ between machines. */
export function toyRow(change: Partial<Row> = {}): Row {
  const { method = "uniform", seed = 0, group = "gin", codeVersion = "c0de", tier = "smoke" } = change;
  return {
    format: 1,
    id: [group, method, seed, tier, codeVersion].join("-"),
    status: "done",
    purpose: "score",
    benchmark: "toy/noise",
    version: 1,
    codeVersion,
    package: "toy",
    method,
    group,
    kind: method === "single-task" ? "baseline" : "rule",
    options: {},
    candidate: null,
    seed,
    tier,
    metrics: { "validation/rmse": 1, "test/rmse": 1 },
    provenance: {
      packageVersion: "1.2.3",
      commit: "0123456789abcdef0123456789abcdef01234567",
      dirty: false,
      lockFile: "f".repeat(64),
      node: "v20.20.2",
      os: "Linux 6.1 x64",
      cpu: "Some CPU",
      cores: 2,
      threads: 1,
      jobs: 2,
      startedAt: "2026-01-02T03:04:05.678Z",
      seconds: 12.5,
      peakMemory: 2e8,
    },
    ...change,
  };
}

/** Rows as the lines of a file. */
export const lines = (...rows: readonly Row[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** What rows are, but for where and when they were run; as text, for the order of keys counts too. */
export const contents = (rows: readonly Row[]): string[] =>
  rows.map((row) => JSON.stringify({ ...row, provenance: null })).sort();
