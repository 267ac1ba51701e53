import { z } from "zod";
import { describeOptions } from "../results/summary.ts";
import type { MlflowClient } from "./mlflow-client.ts";
import type { ExportedTrial } from "./trial.ts";

/** What one request may hold: MLflow takes 1000 entries in all, 100 params, and not every store takes longer values. */
const most = { metrics: 900, params: 100, bytes: 5000 };

const experimentAnswer = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdAnswer = z.object({ experiment_id: z.string() });
const runAnswer = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const searchAnswer = z.object({
  runs: z
    .array(
      z.object({
        info: z.object({ run_id: z.string(), status: z.string() }),
        data: z
          .object({ tags: z.array(z.object({ key: z.string(), value: z.string() })).default([]) })
          .default({ tags: [] }),
      }),
    )
    .default([]),
  next_page_token: z.string().optional(),
});
const nothing = z.object({});

export interface MlflowOutcome {
  readonly exported: number;
  /** Runs that were there already, by the trial's id in their tag `outrigger.id`. */
  readonly present: number;
}

/**
 * Makes an experiment a benchmark and a run a trial: options as params, curves and metrics as metrics (curves by epoch, those at the end
 * without step under "final/"), the rest as tags. A run is marked finished when all of it is there; one that a broken export left
 * running is deleted and made again, so exporting twice, or going on, leaves one run a trial.
 *
 * @throws BenchError "export-failed" with what the server said.
 */
export async function exportMlflow(
  client: MlflowClient,
  trials: readonly ExportedTrial[],
): Promise<MlflowOutcome> {
  let present = 0;
  for (const benchmark of new Set(trials.map(({ row }) => row.benchmark))) {
    const experiment = await experimentOf(client, benchmark);
    const done = await finishedRuns(client, experiment);
    for (const trial of trials.filter(({ row }) => row.benchmark === benchmark)) {
      if (done.has(trial.row.id)) present++;
      else await exportRun(client, experiment, trial);
    }
  }
  return { exported: trials.length - present, present };
}

async function experimentOf(client: MlflowClient, name: string): Promise<string> {
  const found = await client.get("experiments/get-by-name", { experiment_name: name }, experimentAnswer);
  return (
    found?.experiment.experiment_id ??
    (await client.post("experiments/create", { name }, createdAnswer)).experiment_id
  );
}

/** Ids of the trials that an experiment has whole. Deletes runs that were begun and not ended. */
async function finishedRuns(client: MlflowClient, experiment: string): Promise<Set<string>> {
  const done = new Set<string>();
  let page: string | undefined;
  do {
    const asked = { experiment_ids: [experiment], max_results: 1000, ...(page ? { page_token: page } : {}) };
    const { runs, next_page_token } = await client.post("runs/search", asked, searchAnswer);
    for (const { info, data } of runs) {
      const id = data.tags.find(({ key }) => key === "outrigger.id")?.value;
      if (id === undefined) continue;
      if (info.status === "RUNNING") await client.post("runs/delete", { run_id: info.run_id }, nothing);
      else done.add(id);
    }
    page = next_page_token || undefined;
  } while (page !== undefined);
  return done;
}

async function exportRun(
  client: MlflowClient,
  experiment: string,
  { row, counts, metrics }: ExportedTrial,
): Promise<void> {
  const start = Date.parse(row.provenance.startedAt);
  const end = Math.round(start + row.provenance.seconds * 1000);
  const names = [row.group, row.method, describeOptions(row.candidate?.options ?? {}), `seed ${row.seed}`];
  const tags = {
    "mlflow.runName": names.filter((part) => part !== "").join(", "),
    "mlflow.source.git.commit": row.provenance.commit,
    "outrigger.id": row.id,
    "outrigger.counts": String(counts),
    ...Object.fromEntries(
      (["tier", "purpose", "kind", "codeVersion", "package", "runtime", "error"] as const).map((key) => [
        `outrigger.${key}`,
        row[key],
      ]),
    ),
    "outrigger.provenance": JSON.stringify(row.provenance),
  };
  const created = {
    experiment_id: experiment,
    start_time: start,
    run_name: tags["mlflow.runName"],
    tags: Object.entries(tags).flatMap(([key, value]) => (value ? [{ key, value: cut(value) }] : [])),
  };
  const { run } = await client.post("runs/create", created, runAnswer);
  const { run_id } = run.info;
  const params = Object.entries({
    method: row.method,
    group: row.group,
    seed: row.seed,
    version: row.version,
    ...row.options,
  });
  const logged = [
    ...Object.entries(row.curves ?? {}).flatMap(([key, values]) =>
      values.map((value, step) => ({ key: keyOf(key), value, step, timestamp: start })),
    ),
    ...Object.entries(metrics).map(([key, value]) => ({
      key: keyOf(`final/${key}`),
      value,
      step: 0,
      timestamp: end,
    })),
  ].filter(({ value }) => value !== null);
  const texts = params.map(([key, value]) => ({
    key: keyOf(key),
    value: cut(typeof value === "string" ? value : JSON.stringify(value)),
  }));
  const batches = { params: chunks(texts, most.params), metrics: chunks(logged, most.metrics) };
  for (let i = 0; i < Math.max(batches.params.length, batches.metrics.length); i++) {
    const batch = { run_id, params: batches.params[i] ?? [], metrics: batches.metrics[i] ?? [] };
    await client.post("runs/log-batch", batch, nothing);
  }
  const status = row.status === "done" ? "FINISHED" : "FAILED";
  await client.post("runs/update", { run_id, status, end_time: end }, nothing);
}

/** Names may have letters, digits, and "_-. /" only. */
const keyOf = (name: string): string => name.replaceAll(/[^\w\-. /]/g, "_").slice(0, 250);

/** Values longer than every server takes lose their end, and say so. */
const cut = (text: string): string =>
  Buffer.byteLength(text) <= most.bytes ? text : `${Buffer.from(text).toString("utf8", 0, most.bytes - 8)}…`;

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
