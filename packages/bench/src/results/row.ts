import { z } from "zod";
import type { Json } from "../benchmark.ts";

const options = z.record(z.string(), z.json() as z.ZodType<Json>);

/** What a trial's process sends back, and the part of a row that the benchmark made. */
export const resultSchema = z.object({
  metrics: z.record(z.string(), z.number().nullable()),
  curves: z.record(z.string(), z.array(z.number().nullable())).optional(),
  notes: z.array(z.string()).optional(),
  datasets: z.array(z.object({ name: z.string(), sha256: z.string() })).optional(),
  runtime: z.string().optional(),
});

/** Where a number came from. Neither host name nor folder: rows are published. */
export const provenanceSchema = z.object({
  packageVersion: z.string(),
  /** git commit of the package's sources; null outside a repository. */
  commit: z.string().nullable(),
  /** Whether tracked or new files (other than results and reports) differed from that commit. */
  dirty: z.boolean().nullable(),
  /** SHA-256 of the project's lock file. */
  lockFile: z.string().nullable(),
  node: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.number(),
  threads: z.number(),
  /** How many trials were allowed to run at a time: seconds mean little without it. */
  jobs: z.number(),
  startedAt: z.string(),
  seconds: z.number(),
  /** Largest resident size of the trial's process, in bytes; null when it died. */
  peakMemory: z.number().nullable(),
});

/** One line of a results file: one trial. */
export const rowSchema = resultSchema.extend({
  format: z.literal(1),
  id: z.string(),
  status: z.enum(["done", "failed"]),
  /** `tune`: one of several candidates with the first seed; the chosen one counts as that seed's row. */
  purpose: z.enum(["tune", "score"]),
  benchmark: z.string(),
  version: z.number(),
  codeVersion: z.string(),
  package: z.string(),
  method: z.string(),
  group: z.string(),
  kind: z.enum(["baseline", "rule", "control"]),
  options,
  candidate: z.object({ index: z.number(), of: z.number(), options }).nullable(),
  seed: z.number(),
  tier: z.enum(["smoke", "ci", "full"]),
  error: z.string().optional(),
  provenance: provenanceSchema,
});

export type Row = z.infer<typeof rowSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;
