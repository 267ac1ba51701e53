import { z } from "zod";
import { BenchError } from "../error.ts";
import { machineSchema } from "../results/row.ts";
import type { Outcome } from "./executor.ts";
import type { Ending } from "./message.ts";
import { replySchema } from "./reply.ts";

const schema = z.object({
  reply: replySchema.refine((reply) => reply.type !== "progress", "this is no end of a trial"),
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  attempts: z.int().min(1),
  machine: machineSchema,
});

/** An outcome as text, for the machine that asked for it. */
export const writeOutcome = (outcome: Outcome & Required<Pick<Outcome, "machine">>): string =>
  JSON.stringify(outcome);

/** @throws BenchError "bad-results" when the text is no outcome. */
export function readOutcome(text: unknown): Outcome {
  let value: unknown;
  try {
    value = JSON.parse(String(text));
  } catch (error) {
    throw new BenchError("bad-results", `The result of the trial is no JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new BenchError(
      "bad-results",
      `The result of the trial cannot be used. ${z.prettifyError(parsed.error)}`,
    );
  return { ...parsed.data, reply: parsed.data.reply as Ending };
}

/** The outcome of a trial that could not be run. */
export const failure = (error: string): Outcome => ({
  reply: { type: "failed", error, seconds: 0, peakMemory: 0 },
  startedAt: new Date(),
  attempts: 1,
});
