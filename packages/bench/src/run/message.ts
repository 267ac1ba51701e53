import { z } from "zod";
import type { Json } from "../benchmark.ts";
import { resultSchema } from "../results/row.ts";

/** Runner to trial: what to run. */
export const jobSchema = z.object({
  file: z.string(),
  benchmark: z.string(),
  version: z.number(),
  method: z.string(),
  group: z.string(),
  options: z.record(z.string(), z.json() as z.ZodType<Json>),
  seed: z.number(),
  tier: z.enum(["smoke", "ci", "full"]),
  threads: z.number(),
  directory: z.string(),
});

/** Trial to runner. */
export const replySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number(), note: z.string().optional() }),
  z.object({
    type: z.literal("done"),
    result: resultSchema,
    seconds: z.number(),
    peakMemory: z.number(),
  }),
  z.object({ type: z.literal("failed"), error: z.string(), seconds: z.number(), peakMemory: z.number() }),
]);

export type Job = z.infer<typeof jobSchema>;
export type Reply = z.infer<typeof replySchema>;
