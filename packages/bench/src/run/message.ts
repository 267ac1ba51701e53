import { z } from "zod";
import type { Options, Tier } from "../benchmark.ts";
import { optionsSchema, type Result, resultSchema, tierSchema } from "../results/row.ts";

/** Runner to trial: what to run. */
export interface Job {
  file: string;
  benchmark: string;
  version: number;
  method: string;
  group: string;
  options: Options;
  seed: number;
  tier: Tier;
  threads: number;
  directory: string;
}

/** Trial to runner: how far it is. */
export interface Progress {
  type: "progress";
  fraction: number;
  note?: string;
}

/** Trial to runner: how it ended. */
export type Ending = { seconds: number; peakMemory: number } & (
  | { type: "done"; result: Result }
  | { type: "failed"; error: string }
);

export type Reply = Progress | Ending;

export const jobSchema: z.ZodType<Job> = z.object({
  file: z.string(),
  benchmark: z.string(),
  version: z.number(),
  method: z.string(),
  group: z.string(),
  options: optionsSchema,
  seed: z.number(),
  tier: tierSchema,
  threads: z.number(),
  directory: z.string(),
});

const cost = { seconds: z.number(), peakMemory: z.number() };

export const replySchema: z.ZodType<Reply> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number(), note: z.string().optional() }),
  z.object({ type: z.literal("done"), result: resultSchema, ...cost }),
  z.object({ type: z.literal("failed"), error: z.string(), ...cost }),
]);
