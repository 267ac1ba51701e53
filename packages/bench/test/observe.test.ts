import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { logged } from "../src/command/observe.ts";
import { outrigger, place } from "./command.ts";
import { silent, temporary } from "./harness.ts";

describe("logged", () => {
  it.each([
    ["a log that cannot be written", () => "/dev/full", "ENOSPC"],
    ["a log that cannot be opened", temporary, "EISDIR"],
  ])("goes on without %s, and says so once", async (_, pathOf, why) => {
    const path = pathOf();
    const remarks: string[] = [];
    const observer = logged({ ...silent, remark: (text) => remarks.push(text), async close() {} }, path);
    observer.begin(2);
    observer.remark("one");
    observer.remark("two");
    await observer.close();
    expect(remarks.toSorted()).toEqual([
      expect.stringContaining(`${path} cannot be written: ${why}`),
      "one",
      "two",
    ]);
  });
});

describe("outrigger run", () => {
  it("comes to its table without a log", async () => {
    const { out, args } = place();
    mkdirSync(join(out, "run.log"));
    const { code, output } = await outrigger([...args("toy/noise"), "--methods", "single-task"]);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/run\.log cannot be written: EISDIR.*The run goes on without it\./);
  });
});
