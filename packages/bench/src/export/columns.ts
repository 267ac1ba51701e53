import type { ExportedTrial } from "./trial.ts";

export type Value = string | number | boolean | null;

/** One column of a flat table of trials. */
export interface Column {
  readonly name: string;
  readonly type: "STRING" | "INT32" | "DOUBLE" | "BOOLEAN";
  readonly values: readonly Value[];
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

type Field = readonly [name: string, type: Column["type"], of: (trial: ExportedTrial) => Value];

/** What is known of every trial; options, data sets, notes and curves as JSON. Metrics come between these two lists. */
const before: readonly Field[] = [
  ["id", "STRING", ({ row }) => row.id],
  ["benchmark", "STRING", ({ row }) => row.benchmark],
  ["version", "INT32", ({ row }) => row.version],
  ["tier", "STRING", ({ row }) => row.tier],
  ["group", "STRING", ({ row }) => row.group],
  ["method", "STRING", ({ row }) => row.method],
  ["kind", "STRING", ({ row }) => row.kind],
  ["options", "STRING", ({ row }) => json(row.options)],
  ["candidate", "INT32", ({ row }) => row.candidate?.index ?? null],
  ["candidates", "INT32", ({ row }) => row.candidate?.of ?? null],
  // A seed may be any whole number that JSON holds.
  ["seed", "DOUBLE", ({ row }) => row.seed],
  ["purpose", "STRING", ({ row }) => row.purpose],
  ["status", "STRING", ({ row }) => row.status],
  ["counts", "BOOLEAN", ({ counts }) => counts],
];

const after: readonly Field[] = [
  ["error", "STRING", ({ row }) => row.error ?? null],
  ["runtime", "STRING", ({ row }) => row.runtime ?? null],
  ["datasets", "STRING", ({ row }) => json(row.datasets)],
  ["notes", "STRING", ({ row }) => json(row.notes)],
  ["package", "STRING", ({ row }) => row.package],
  ["packageVersion", "STRING", ({ row }) => row.provenance.packageVersion],
  ["codeVersion", "STRING", ({ row }) => row.codeVersion],
  ["commit", "STRING", ({ row }) => row.provenance.commit],
  ["dirty", "BOOLEAN", ({ row }) => row.provenance.dirty],
  ["lockFile", "STRING", ({ row }) => row.provenance.lockFile],
  ["node", "STRING", ({ row }) => row.provenance.node],
  ["os", "STRING", ({ row }) => row.provenance.os],
  ["cpu", "STRING", ({ row }) => row.provenance.cpu],
  ["cores", "INT32", ({ row }) => row.provenance.cores],
  ["threads", "INT32", ({ row }) => row.provenance.threads],
  ["jobs", "INT32", ({ row }) => row.provenance.jobs],
  ["startedAt", "STRING", ({ row }) => row.provenance.startedAt],
  ["seconds", "DOUBLE", ({ row }) => row.provenance.seconds],
  ["peakMemory", "DOUBLE", ({ row }) => row.provenance.peakMemory],
];

const curves: Field = ["curves", "STRING", ({ row }) => json(row.curves)];

/** The table of all trials: a column for every metric that any of them has. */
export function columnsOf(
  trials: readonly ExportedTrial[],
  { withCurves }: { withCurves: boolean },
): Column[] {
  const names = [...new Set(trials.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const metrics = names.map((name): Field => [name, "DOUBLE", (trial) => trial.metrics[name] ?? null]);
  const fields = [...before, ...metrics, ...after, ...(withCurves ? [curves] : [])];
  return fields.map(([name, type, of]) => ({ name, type, values: trials.map(of) }));
}
