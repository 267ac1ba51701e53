import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command, Option } from "commander";
import { z } from "zod";
import { tiers } from "./benchmark.ts";
import { describeInspection, inspect } from "./command/doctor.ts";
import { copyReference } from "./command/reference.ts";
import { runCommand, writeReport } from "./command/run-command.ts";
import { named, runnable, type Summaries, summaries } from "./command/select.ts";
import { BenchError } from "./error.ts";
import { render } from "./report/picture.ts";
import { markdownTable, terminalTable } from "./report/table.ts";
import { tierSchema } from "./results/row.ts";
import type { BenchmarkSummary } from "./results/summary.ts";
import { trialCount } from "./run/plan.ts";
import { armsOf } from "./run/run.ts";

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Beside the output, so that a table can be piped into a file. */
const warn = (text: string): void => {
  process.stderr.write(`outrigger: ${text}\n`);
};

const count = z.coerce.number().int("give a whole number").min(1, "give 1 or more").optional();
const shown = { tier: tierSchema.optional(), out: z.string(), reference: z.boolean().default(false) };

const runOptions = z.object({
  tier: tierSchema,
  out: z.string(),
  report: z.string(),
  jobs: count,
  threads: count.transform((value) => value ?? 1),
  only: z.array(z.string()).optional(),
  data: z.string().optional(),
  updateReference: z.boolean().default(false),
});
const tableOptions = z.object({ ...shown, markdown: z.boolean().default(false) });
const reportOptions = z.object({ ...shown, report: z.string(), picture: z.string().optional() });

/** The `outrigger` command. Sets the exit code: 0, 1 for a failed trial or a mistake that it names, 130 when stopped by Ctrl-C. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    warn(error.message);
    process.exitCode = 1;
  }
}

function program(): Command {
  const command = new Command("outrigger")
    .description(
      "Runs the benchmarks of this project's packages and says honestly whether auxiliary tasks helped: every method against the same baseline, on the same seeds, with intervals.",
    )
    .showHelpAfterError()
    .addHelpText(
      "after",
      `
Examples:
  outrigger run                             every benchmark, tier smoke: seconds, shows that all works
  outrigger run molecular/esol --tier ci    the real thing: minutes to an hour on two cores
  outrigger run --tier ci --only pcgrad     one method, and the baseline that it is compared with
  outrigger table --reference               the committed numbers, without running anything
  outrigger report --picture picture.png    the report again, and a picture for a README

A run can be stopped (Ctrl-C, or worse) and started again: finished trials are kept and skipped.`,
    );
  const out = () => new Option("--out <dir>", "folder of the working results").default("results");
  const tier = () => new Option("--tier <tier>", "size of the run").choices(tiers);
  const report = () => new Option("--report <dir>", "folder that index.html is written to").default("report");
  const reference = () => new Option("--reference", "read the rows that the packages have committed");

  command
    .command("run [names...]")
    .description("run what is not finished, print the table, write the report")
    .addOption(tier().default("smoke"))
    .option("--data <dir>", "folder of datasets; sets OUTRIGGER_DATA")
    .option("--jobs <n>", "trials at a time (default: the number of cores, divided by --threads)")
    .option("--threads <n>", "native threads a trial may use (default: 1)")
    .option("--only <methods...>", "only these methods, and the baseline")
    .option("--update-reference", "afterwards copy the rows to the packages' own results, to be committed")
    .addOption(out())
    .addOption(report())
    .addHelpText(
      "after",
      `
Names are benchmarks ("molecular/esol") or domains ("molecular"). Candidates of a method are tried with the first seed; the best on
validation is kept for all seeds. Exit code: 0, 1 when a trial failed, 130 when stopped.

Examples:
  outrigger run molecular --tier ci --data ~/data --jobs 2
  outrigger run molecular/enumerated --only uniform pcgrad --out /tmp/try`,
    )
    .action(async (names: string[], raw: unknown) => {
      process.exitCode = await runCommand(names, check(runOptions, raw), print);
    });

  command
    .command("list")
    .description("what there is to run, and what it needs")
    .addOption(tier().default("smoke"))
    .action(async (raw: unknown) => list(check(z.object({ tier: tierSchema }), raw).tier));

  command
    .command("table [names...]")
    .description("print tables of results that are there")
    .addOption(tier())
    .option("--markdown", "as Markdown, for a README")
    .addOption(reference())
    .addOption(out())
    .action(async (names: string[], raw: unknown) => {
      const { tier: asked, markdown, ...source } = check(tableOptions, raw);
      const tables = present(summaries(await named(names), asked, source));
      print(tables.map(markdown ? markdownTable : terminalTable).join("\n\n"));
    });

  command
    .command("report [names...]")
    .description("write the report of results that are there")
    .addOption(tier())
    .option("--picture <file>", "also draw the first benchmark as .svg or .png")
    .addOption(reference())
    .addOption(out())
    .addOption(report())
    .action(async (names: string[], raw: unknown) => {
      const { tier: asked, report: folder, picture, ...source } = check(reportOptions, raw);
      const tables = present(summaries(await named(names), asked, source));
      print(`Report: ${writeReport(folder, tables)}`);
      if (picture === undefined || !tables[0]) return;
      mkdirSync(dirname(picture), { recursive: true });
      writeFileSync(picture, render(tables[0], picture));
      print(`Picture: ${picture}`);
    });

  command
    .command("reference [names...]")
    .description("copy finished trials to the packages' own results folder, to be committed")
    .addOption(tier().default("ci"))
    .addOption(out())
    .action(async (names: string[], raw: unknown) => {
      const { tier: asked, out: folder } = check(z.object({ tier: tierSchema, out: z.string() }), raw);
      const { ready, leftOut } = await runnable((await named(names)).found, asked);
      for (const { name, why } of leftOut) print(`${name} is left out. ${why}`);
      for (const { name, path, rows, dirty } of copyReference(ready, asked, folder)) {
        print(`${name}: ${rows} rows in ${path}`);
        if (dirty > 0)
          print(
            `  ${dirty} of them were run with uncommitted changes: their commit does not reproduce them.`,
          );
      }
    });

  command
    .command("doctor")
    .description(
      "what can run models here: packages, devices, what would be used and why, how to get the rest",
    )
    .option("--json", "as JSON")
    .action(async (raw: unknown) => {
      const { json } = check(z.object({ json: z.boolean().default(false) }), raw);
      const found = await inspect();
      print(json ? JSON.stringify(found, null, 2) : describeInspection(found));
    });
  return command;
}

async function list(tier: z.infer<typeof tierSchema>): Promise<void> {
  const { ready, leftOut } = await runnable((await named([])).found, tier);
  for (const found of ready) {
    const { benchmark } = found;
    const seeds = benchmark.tiers[tier]?.seeds.length ?? 0;
    const arms = armsOf(found, tier);
    const trials = arms.reduce((sum, arm) => sum + trialCount(arm, seeds), 0);
    const data = benchmark.simulated ? `${benchmark.source}, simulated` : benchmark.source;
    print(`${benchmark.name}  ${benchmark.title} (${data}; ${found.package} ${found.packageVersion})`);
    print(`  tier ${tier}: ${arms.length} rows, ${seeds} seeds, ${trials} trials`);
    print(`  methods: ${[...new Set(arms.map((arm) => arm.method))].join(", ")}`);
  }
  for (const { name, why } of leftOut) print(`${name}  cannot run here. ${why}`);
}

/** @throws BenchError "nothing-to-run" when there is no table. */
function present({ tables, remarks }: Summaries): readonly BenchmarkSummary[] {
  for (const remark of remarks) warn(remark);
  if (tables.length > 0) return tables;
  throw new BenchError(
    "nothing-to-run",
    "There are no results yet. Run some (outrigger run), or read the committed ones with --reference.",
  );
}

/** @throws BenchError "bad-option" naming the option. */
function check<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new BenchError("bad-option", `--${issue?.path.join(".")}: ${issue?.message}.`);
}
