import type { Command } from "commander";
import { z } from "zod";
import type { Tier } from "../benchmark.ts";
import { copyReference } from "../command/reference.ts";
import { writeReport } from "../command/run-command.ts";
import { named, runnable, type Source, summaries } from "../command/select.ts";
import { BenchError } from "../error.ts";
import { writeActionBenchmark } from "../export/action-benchmark.ts";
import { markdownTable, terminalTable } from "../report/table.ts";
import { tierSchema } from "../results/row.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import { writeWhole } from "../results/write-whole.ts";
import { check, print, shared, warn } from "./shared.ts";

const shown = { tier: tierSchema.optional(), out: z.string(), reference: z.boolean().default(false) };
const tableOptions = z.object({ ...shown, markdown: z.boolean().default(false) });
const reportOptions = z.object({
  ...shown,
  report: z.string(),
  picture: z.string().optional(),
  png: z.string().optional(),
  githubAction: z.string().optional(),
});
const referenceOptions = z.object({ tier: tierSchema, out: z.string() });

/** What is done with results that are there: `table`, `report`, `reference`. */
export function addResults(program: Command): void {
  program
    .command("table [names...]")
    .description("print tables of results that are there")
    .addOption(shared.tier())
    .option("--markdown", "as Markdown, for a README")
    .addOption(shared.reference())
    .addOption(shared.out())
    .action(async (names: string[], raw: unknown) => {
      const { tier, markdown, ...source } = check(tableOptions, raw);
      const tables = await tablesOf(names, tier, source);
      print(tables.map(markdown ? markdownTable : terminalTable).join("\n\n"));
    });

  program
    .command("report [names...]")
    .description("write the report of results that are there")
    .addOption(shared.tier())
    .option("--picture <file>", "also draw the first benchmark as .svg or .png")
    .option("--png <dir>", "also draw every figure of the report, each as a .png")
    .option("--github-action <file>", "also write the numbers for github-action-benchmark, as JSON")
    .addOption(shared.reference())
    .addOption(shared.out())
    .addOption(shared.report())
    .action(async (names: string[], raw: unknown) => {
      const { tier, report, picture, png, githubAction, ...source } = check(reportOptions, raw);
      const tables = await tablesOf(names, tier, source);
      print(`Report: ${await writeReport(report, tables)}`);
      if (picture !== undefined && tables[0]) {
        const { render } = await import("../report/picture.ts");
        writeWhole(picture, render(tables[0], picture));
        print(`Picture: ${picture}`);
      }
      if (png !== undefined) {
        const { writePictures } = await import("../report/pictures.ts");
        print(`Figures: ${writePictures(tables, png)} in ${png}`);
      }
      if (githubAction !== undefined) {
        const files = writeActionBenchmark(tables, githubAction);
        print(`For github-action-benchmark: ${files.join(", ")}`);
      }
    });

  program
    .command("reference [names...]")
    .description("copy finished trials to the packages' own results folder, to be committed")
    .addOption(shared.tier().default("ci"))
    .addOption(shared.out())
    .action(async (names: string[], raw: unknown) => {
      const { tier, out } = check(referenceOptions, raw);
      const { ready, leftOut } = await runnable((await named(names)).found, tier);
      for (const { name, why } of leftOut) print(`${name} is left out. ${why}`);
      for (const { name, path, rows, dirty } of copyReference(ready, tier, out)) {
        print(`${name}: ${rows} rows in ${path}`);
        if (dirty > 0)
          print(
            `  ${dirty} of them were run with uncommitted changes: their commit does not reproduce them.`,
          );
      }
    });
}

/** @throws BenchError "nothing-to-run" when there is no table. */
async function tablesOf(
  names: readonly string[],
  tier: Tier | undefined,
  source: Source,
): Promise<readonly BenchmarkSummary[]> {
  const { tables, remarks } = summaries(await named(names), tier, source);
  for (const remark of remarks) warn(remark);
  if (tables.length > 0) return tables;
  throw new BenchError(
    "nothing-to-run",
    source.reference
      ? "There are no committed rows of these. A package may leave those of tier full to its repository. Run some (outrigger run), and show them without --reference."
      : "There are no results yet. Run some (outrigger run), or read the committed ones with --reference.",
  );
}
