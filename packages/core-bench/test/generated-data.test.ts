import { isProcedure } from "@outrigger/core/train/method";
import { describe, expect, it } from "vitest";
import benchmark from "../bench/generated-data.ts";
import lowDataBenchmark from "../bench/low-data.ts";
import { rows } from "../src/generated-data/methods.ts";
import { runGeneratedData } from "../src/generated-data/trial.ts";
import { trial } from "./trial.ts";

describe("a trial", () => {
  it.each(["dtg-auxl", "mixup"])(
    "of %s gives the same numbers twice, with a curve of what it makes",
    async (method) => {
      const first = await runGeneratedData(trial(method, 0));
      expect(first.metrics["test/mse"]).toBeGreaterThan(0);
      expect(first.metrics["test/mse"]).toBeLessThan(1.5);
      expect(first.curves!["loss/made"]!.every((loss) => loss !== null && loss > 0)).toBe(true);
      expect(await runGeneratedData(trial(method, 0))).toEqual(first);
    },
  );

  it("without a generator has the numbers of core/low-data, whose labelled rows it sees alone", async () => {
    const [here, there] = [
      await runGeneratedData(trial("single-task", 0, "ci")),
      await lowDataBenchmark.run(trial("single-task", 0, "ci")),
    ];
    expect(here.metrics["test/mse"]).toBeCloseTo(there.metrics["test/mse"]!, 4);
  });
});

it("a generator that learns and one that does not differ in nothing but that", async () => {
  const [learns, rests] = [rows["dtg-auxl"]!, rows["random-generator"]!];
  expect({ ...rests, describe: "", method: null }).toEqual({ ...learns, describe: "", method: null });
  expect([learns, rests].every(({ method }) => isProcedure(method()))).toBe(true);
  const [moved, still] = [
    await runGeneratedData(trial("dtg-auxl", 1)),
    await runGeneratedData(trial("random-generator", 1)),
  ];
  expect(moved.curves!["loss/made"]).not.toEqual(still.curves!["loss/made"]);
});

it("the ci tier has at least five seeds of every row, and no row has anything to tune", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rows));
  expect(benchmark.tiers.ci!.seeds.length).toBeGreaterThanOrEqual(5);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});
