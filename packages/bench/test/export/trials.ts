import type { Benchmark } from "../../src/benchmark.ts";
import { type ExportedTrial, exportedTrials } from "../../src/export/trial.ts";
import type { Row } from "../../src/results/row.ts";
import { toyRow } from "../rows.ts";

const metric: Pick<Benchmark, "name" | "metric"> = {
  name: "toy/noise",
  metric: { name: "rmse", better: "lower" },
};

const tuned = (scale: number, validation: number, change: Partial<Row> = {}): Row =>
  toyRow({
    id: `tuned-${scale}-${change.seed ?? 0}`,
    method: "static",
    purpose: "tune",
    options: { rule: "static", scale },
    candidate: { index: scale === 1 ? 1 : 0, of: 2, options: { scale } },
    metrics: { "validation/rmse": validation, "test/rmse": validation / 3 },
    ...change,
  });

/** Rows with all that is hard to hand on: quotes, line ends, nothing, failures, choices, numbers of 17 digits, long text. */
export const rows: readonly Row[] = [
  toyRow({
    metrics: { "validation/rmse": 0.1 + 0.2, "test/rmse": null, "test/r2": 1 / 3 },
    curves: { "validation/rmse": [2, null, 0.5], "weight/tpsa": [1, 1e-300, 0] },
    notes: ['said "diverged",\nthen stopped', "水"],
    datasets: [{ name: "toy", sha256: "0".repeat(64) }],
    runtime: "tfjs/cpu",
  }),
  toyRow({ id: "failed", seed: 1, status: "failed", metrics: {}, error: "Error: a, b\r\n  at c" }),
  tuned(0.1, 1),
  tuned(1, 2),
  tuned(0.1, 1.5, { seed: 1, purpose: "score" }),
];

export const trials: ExportedTrial[] = exportedTrials(rows, [metric as Benchmark]);
