import { z } from "zod";
import { resultSchema } from "../results/row.ts";
import type { Reply } from "./message.ts";

const cost = { seconds: z.number(), peakMemory: z.number() };

/** What comes out of a trial is checked here, and not where it is made: loading the checks takes longer than many a trial. */
export const replySchema: z.ZodType<Reply> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number(), note: z.string().optional() }),
  z.object({ type: z.literal("done"), result: resultSchema, ...cost }),
  z.object({ type: z.literal("failed"), error: z.string(), ...cost }),
]);
