import { Option } from "commander";
import { z } from "zod";
import { tiers } from "../benchmark.ts";
import { BenchError } from "../error.ts";

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Beside the output, so that a table can be piped into a file. */
export const warn = (text: string): void => {
  process.stderr.write(`outrigger: ${text}\n`);
};

/** Options that several commands have; each command adds its own copy. */
export const shared = {
  out: (): Option => new Option("--out <dir>", "folder of the working results").default("results"),
  tier: (): Option => new Option("--tier <tier>", "size of the run").choices(tiers),
  report: (): Option =>
    new Option("--report <dir>", "folder that index.html is written to").default("report"),
  reference: (): Option => new Option("--reference", "read the rows that the packages have committed"),
  data: (): Option => new Option("--data <dir>", "folder of datasets; sets OUTRIGGER_DATA"),
  jobs: (): Option =>
    new Option("--jobs <n>", "trials at a time (default: the number of cores, divided by --threads)"),
  threads: (): Option => new Option("--threads <n>", "native threads a trial may use (default: 1)"),
  only: (): Option => new Option("--only <methods...>", "only these methods, and the baseline"),
};

export const count: z.ZodType<number> = z.coerce.number().int("give a whole number").min(1, "give 1 or more");

/** @throws BenchError "bad-option" naming the option. */
export function check<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BenchError("bad-option", `--${issue?.path.join(".")}: ${issue?.message}.`);
}
