import type { Command } from "commander";
import { z } from "zod";
import { compareSets, describeComparison, verdictOf } from "../command/compare.ts";
import { resultSet } from "../command/result-set.ts";
import { named } from "../command/select.ts";
import { tierSchema } from "../results/row.ts";
import { projectRoot } from "../run/discover.ts";
import { check, print, shared, warn } from "./shared.ts";

const schema = z.object({ tier: tierSchema.optional(), out: z.string(), json: z.boolean().default(false) });

export function addCompare(program: Command): void {
  program
    .command("compare <a> <b> [names...]")
    .description("what differs between two sets of results: paired by seed, with intervals")
    .addOption(shared.tier())
    .option("--json", "as JSON")
    .addOption(shared.out())
    .addHelpText(
      "after",
      `
A set is the first of these that fits:
  a file or folder                .jsonl files of results
  reference                       the rows that the packages have committed
  REV:  (main:, HEAD~3:)          the rows that were committed in that git revision
  v2                              rows of version 2 of their benchmark
  a code version or its beginning rows that this code made ("code version" in the report)
  a git revision                  rows that were run at that commit, here or committed

The difference is B minus A, over the seeds that both have. Rows with five or more pairs are tested, with Holm's adjustment over all of
them: if nothing has changed, one comparison in twenty calls any row changed.

Examples:
  outrigger compare HEAD~1 HEAD              before and after the last commit, both run here
  outrigger compare main: results            what is committed in main against what was run here
  outrigger compare old/results results molecular/esol --tier ci`,
    )
    .action(async (a: string, b: string, names: string[], raw: unknown) => {
      const { tier, out, json } = check(schema, raw);
      const { found, all } = await named(names);
      const place = { all, out, project: projectRoot(process.cwd()) };
      const sets = [resultSet(a, place), resultSet(b, place)] as const;
      for (const { remarks } of sets) for (const remark of remarks) warn(remark);
      const compared = compareSets(...sets, found, tier);
      if (json) {
        print(JSON.stringify(compared.map(plain), null, 2));
        return;
      }
      print(`A: ${sets[0].title}\nB: ${sets[1].title}\n`);
      for (const comparison of compared) print(`${describeComparison(comparison)}\n`);
      print(verdictOf(compared));
    });
}

/** What a program wants to know of a comparison. */
function plain({ benchmark, tier, rows, notes }: ReturnType<typeof compareSets>[number]): unknown {
  return {
    benchmark: benchmark.name,
    metric: benchmark.metric,
    tier,
    rows: rows.map(({ group, method, a, b, difference, p, change }) => {
      const { pairs, mean, low, high } = difference;
      return { group, method, a: a.center, b: b.center, pairs, mean, low, high, p, change };
    }),
    notes,
  };
}
