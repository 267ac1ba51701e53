import { expect, it } from "vitest";
import { own } from "../../src/graph/graph.ts";
import { cases } from "./cases.ts";
import { ordersOf } from "./derivatives.ts";
import type { Executor } from "./executors.ts";
import type { Check } from "./kernel-checks.ts";
import { type Column, formatTable, readTable, type Table, tablePath, withColumns } from "./kernel-table.ts";

/** What the checks of one test file found of each kernel. */
export class Findings {
  readonly table: Table = new Map();
  private checks = 0;

  mark(kernel: string, column: Column, text = "✓"): void {
    this.table.set(kernel, { ...this.table.get(kernel), [column]: text });
  }

  passed({ executor, usage }: Check): void {
    this.checks++;
    for (const kernel of usage.kernels) this.mark(kernel, executor.name as Column);
  }

  /** The last test of a file: the columns that it found are those of the committed table. */
  describeTable(executors: readonly Executor[], mine: readonly Column[]): void {
    it("docs/kernels.md says what was found; `npm run docs:kernels` writes it", async () => {
      const wanted = cases.reduce((sum, one) => sum + ordersOf(one).length, 0) * executors.length;
      expect(this.checks, "the table is right only after all cases ran and passed").toBe(wanted);
      this.table.delete(own.input);
      const merged = withColumns(readTable(), this.table, mine);
      await expect(formatTable(merged)).toMatchFileSnapshot(tablePath.pathname);
    });
  }
}
