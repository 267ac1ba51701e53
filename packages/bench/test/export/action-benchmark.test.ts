import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Benchmark } from "../../src/benchmark.ts";
import { actionEntries, writeActionBenchmark } from "../../src/export/action-benchmark.ts";
import { found, temporary } from "../harness.ts";
import { problems } from "../report/problems.ts";

let template: Benchmark;
beforeAll(async () => {
  template = (await found("toy/noise")).benchmark;
});

/** What the action's own reader asks of a custom entry. */
const entry = z.strictObject({
  name: z.string(),
  unit: z.string(),
  value: z.number(),
  range: z.string().optional(),
  extra: z.string().optional(),
});

describe("numbers for github-action-benchmark", () => {
  it("are the IQM of every row with its interval, and its cost as a multiple of the baseline's", () => {
    const { smaller, bigger } = actionEntries(problems(template, { count: 1 }));
    expect(bigger).toEqual([]);
    expect(smaller).toHaveLength(10);
    expect(new Set(smaller.map(({ name }) => name)).size).toBe(10);
    const quality = smaller.find(({ name }) => name === "toy/p0 ci pcgrad: test rmse");
    expect(quality).toMatchObject({
      unit: "log mol/L",
      range: expect.stringMatching(/^± 0\.\d+$/),
      extra: "12 of 12 seeds\nbetter (against single-task)\nsimulated data",
    });
    expect(quality!.value).toBeCloseTo(0.935, 1);
    // 8 + 6² letters over the single task's 10 seconds.
    expect(smaller.find(({ name }) => name === "toy/p0 ci pcgrad: seconds of a trial")).toMatchObject({
      unit: "× single-task",
      value: 4.4,
    });
  });

  it("are one file a direction, as the action's tools want it", () => {
    const file = join(temporary(), "action/numbers.json");
    const lower = problems(template, { count: 1 });
    expect(writeActionBenchmark(lower, file)).toEqual([file]);
    const metric = { ...template.metric, better: "higher" as const };
    const written = writeActionBenchmark(problems({ ...template, metric }, { count: 1 }), file);
    expect(written).toEqual([file, file.replace(".json", "-bigger.json")]);
    const read = written.map((path) => z.array(entry).parse(JSON.parse(readFileSync(path, "utf8"))));
    expect(read.map((entries) => entries.length)).toEqual([5, 5]);
  });

  it("leave out a row without a number, on which the action would fail", () => {
    const change = (method: string) =>
      method === "static" ? { status: "failed" as const, metrics: {} } : {};
    const { smaller } = actionEntries(problems(template, { count: 1, change }));
    expect(smaller.some(({ name }) => name.includes("static: test"))).toBe(false);
    expect(smaller.every(({ value }) => Number.isFinite(value))).toBe(true);
  });
});
