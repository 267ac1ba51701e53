import { type Command, Option } from "commander";
import { z } from "zod";
import { tiers } from "../benchmark.ts";
import { type ExecutorChoice, executors } from "../command/choose-executor.ts";
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
  queue: (): Option =>
    new Option(
      "--queue <url>",
      "redis://, rediss:// or postgres:// address of the queue, without a password (default: OUTRIGGER_QUEUE, which may have one)",
    ),
  reference: (): Option => new Option("--reference", "read the rows that the packages have committed"),
};

export const count: z.ZodType<number> = z.coerce.number().int("give a whole number").min(1, "give 1 or more");

/** What commands that run trials are told. */
interface Running extends Omit<ExecutorChoice, "out"> {
  readonly methods?: string[];
  readonly data?: string;
}

/** The options of commands that run trials, checked. */
export const running: { readonly [K in keyof Running]-?: z.ZodType<Running[K]> } = {
  executor: z.enum(executors),
  queue: z.string().optional(),
  workers: count.optional(),
  threads: count.default(1),
  limit: z.coerce.number().positive("give a number of seconds above 0").optional(),
  attempts: count.optional(),
  methods: z.array(z.string()).optional(),
  data: z.string().optional(),
};

/** Adds those options to a command. */
export function addRunning(command: Command): Command {
  return command
    .option("--data <dir>", "folder of datasets; sets OUTRIGGER_DATA")
    .addOption(
      new Option(
        "--executor <where>",
        "local: here; bullmq: on workers that share a queue; slurm: on a cluster",
      )
        .choices(executors)
        .default("local"),
    )
    .addOption(shared.queue())
    .option(
      "--workers <n>",
      "trials at a time (default: the number of cores, divided by --threads); for slurm tasks of the array (default: 16); `outrigger worker` has its own",
    )
    .option("--threads <n>", "native threads a trial may use (default: 1)")
    .option(
      "--limit <seconds>",
      "kill a trial that takes longer (default: the limit of the benchmark or the tier)",
    )
    .option("--attempts <n>", "start a trial whose process dies or hangs so often at most (default: 2)")
    .option("--methods <names...>", "only these methods, and the baseline");
}

/** @throws BenchError "bad-option" naming the option. */
export function check<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BenchError("bad-option", `--${issue?.path.join(".")}: ${issue?.message}.`);
}
