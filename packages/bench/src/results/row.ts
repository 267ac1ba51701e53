import { z } from "zod";
import type { Options, Tier } from "../benchmark.ts";
import { type Diagnostics, diagnosticsSchema, valuesSchema } from "./diagnostics.ts";

/** The part of a row that the benchmark made; also what a trial's process sends back. */
export interface Result {
  metrics: Record<string, number | null>;
  curves?: Record<string, (number | null)[]>;
  diagnostics?: Diagnostics;
  notes?: string[];
  datasets?: { name: string; sha256: string }[];
  runtime?: string;
}

/** What ran a trial. Neither host name nor folder: rows are published. */
export interface Machine {
  /** git commit of the package's sources; null outside a repository. */
  commit: string | null;
  /** Whether a tracked file differed from that commit, or new code lay in a package that the trial ran; notes, results and reports do not count. */
  dirty: boolean | null;
  /** SHA-256 of the project's lock file. */
  lockFile: string | null;
  node: string;
  os: string;
  cpu: string;
  cores: number;
  threads: number;
  /** How many trials were allowed to run at a time: seconds mean little without it. */
  jobs: number;
}

/** Where a number came from. */
export interface Provenance extends Machine {
  packageVersion: string;
  startedAt: string;
  seconds: number;
  /** Largest resident size of the trial's process, in bytes; null when it died. */
  peakMemory: number | null;
  /** How often the trial was started, when more than once: its process had died or hung. */
  attempts?: number;
}

/** One line of a results file: one trial. */
export interface Row extends Result {
  format: 1;
  id: string;
  status: "done" | "failed";
  /** `tune`: one of several candidates with the first seed; the chosen one counts as that seed's row. */
  purpose: "tune" | "score";
  benchmark: string;
  version: number;
  codeVersion: string;
  package: string;
  method: string;
  group: string;
  kind: "baseline" | "rule" | "control";
  options: Options;
  candidate: { index: number; of: number; options: Options } | null;
  seed: number;
  tier: Tier;
  error?: string;
  provenance: Provenance;
}

export const optionsSchema: z.ZodType<Options> = z.record(z.string(), z.json());
export const tierSchema: z.ZodType<Tier> = z.enum(["smoke", "ci", "full"]);

const resultShape = z.object({
  metrics: z.record(z.string(), z.number().nullable()),
  curves: z.record(z.string(), valuesSchema).optional(),
  diagnostics: diagnosticsSchema.optional(),
  notes: z.array(z.string()).optional(),
  datasets: z.array(z.object({ name: z.string(), sha256: z.string() })).optional(),
  runtime: z.string().optional(),
});

export const resultSchema: z.ZodType<Result> = resultShape;

const machineShape = z.object({
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
  lockFile: z.string().nullable(),
  node: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.number(),
  threads: z.number(),
  jobs: z.number(),
});

export const machineSchema: z.ZodType<Machine> = machineShape;

const provenanceSchema: z.ZodType<Provenance> = z.object({
  packageVersion: z.string(),
  ...machineShape.shape,
  startedAt: z.string(),
  seconds: z.number(),
  peakMemory: z.number().nullable(),
  attempts: z.number().optional(),
});

export const rowSchema: z.ZodType<Row> = resultShape.extend({
  format: z.literal(1),
  id: z.string(),
  status: z.enum(["done", "failed"]),
  purpose: z.enum(["tune", "score"]),
  benchmark: z.string(),
  version: z.number(),
  codeVersion: z.string(),
  package: z.string(),
  method: z.string(),
  group: z.string(),
  kind: z.enum(["baseline", "rule", "control"]),
  options: optionsSchema,
  candidate: z.object({ index: z.number(), of: z.number(), options: optionsSchema }).nullable(),
  seed: z.number(),
  tier: tierSchema,
  error: z.string().optional(),
  provenance: provenanceSchema,
});
