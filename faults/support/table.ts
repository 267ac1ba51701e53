import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { Counts } from "./fault.ts";

const headings = ["Fault", "Cases", "Right in the end", "Typed error", "Crash", "Data lost"];
const numbers = ({ cases, right, typed, untyped, lost }: Counts): number[] => [
  cases,
  right,
  typed,
  untyped,
  lost,
];

const words = `# Faults

What was tried to break Outrigger, and what broke. Made by \`npm run test:faults\`; do not edit.

A case ends _right_ when the result is that of a run without the fault (a killed run after the same command once more, a damaged cache after computing
anew), or with a _typed error_ that names what is wrong and says what to do, with everything that was kept still there. A _crash_ is an error that nobody
meant; _data lost_ is a result, a checkpoint or a file that is gone, or wrong without a word. Both fail the test.

Another \`FAULTS_SEED\` tries other cases; \`FAULTS_CASES\` is the most a fault gets; \`npm test\` tries a few of each.
`;

/** The command without anything that leaves cases out, such as a file, `-t NAME` or `--shard`. */
const WHOLE = "run --config faults/vitest.config.ts";

interface TableRow {
  readonly group: string;
  /** Or why it was not tried. */
  readonly counts: Counts | string;
}

function rowsOf(modules: readonly TestModule[]): TableRow[] {
  const rows: TableRow[] = [];
  for (const module of modules)
    for (const test of module.children.allTests()) {
      const group = test.parent.type === "suite" ? test.parent.fullName : "";
      const counts = test.meta().fault ?? (test.result().state === "skipped" ? test.name : undefined);
      if (counts) rows.push({ group, counts });
    }
  return rows.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
}

/** Prints what became of the cases, and writes it to a file when all were tried. */
export class FaultTable implements Reporter {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = rowsOf(modules);
    const total: Counts = { what: "Together", cases: 0, right: 0, typed: 0, untyped: 0, lost: 0 };
    const lines: string[] = [];
    let group = "";
    for (const row of rows) {
      if (row.group !== group) {
        group = row.group;
        lines.push(`\n## ${group}\n`, `| ${headings.join(" | ")} |`, "|---|--:|--:|--:|--:|--:|");
      }
      if (typeof row.counts === "string") {
        lines.push(`| ${row.counts} | | | | | |`);
        continue;
      }
      lines.push(`| ${row.counts.what} | ${numbers(row.counts).join(" | ")} |`);
      for (const key of ["cases", "right", "typed", "untyped", "lost"] as const)
        total[key] += row.counts[key];
    }
    const sum = `\nTogether, with seed ${process.env["FAULTS_SEED"] ?? 1}: ${total.cases} cases, ${total.right} right in the end, ${total.typed} typed errors, ${total.untyped} crashes, ${total.lost} with data lost.\n`;
    const body = `${lines.join("\n")}\n`;
    process.stdout.write(`${body}${sum}\n`);
    const whole = process.env["FAULTS_CASES"] === undefined && process.argv.slice(2).join(" ") === WHOLE;
    if (whole && rows.length > 0) writeFileSync(this.#path, `${words}${sum}${body}`);
  }
}
