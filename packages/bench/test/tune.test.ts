import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge, type Sealed } from "../src/results/choose.ts";
import { readResults } from "../src/results/read.ts";
import { summarize } from "../src/results/summary.ts";
import { drawConfigurations } from "../src/run/draw.ts";
import { canonical } from "../src/run/hash.ts";
import { resultPath } from "../src/run/session.ts";
import { rungsOf, type TuneRequest, trialsOf, tune } from "../src/run/tune.ts";
import { outrigger } from "./command.ts";
import { found, session, temporary } from "./harness.ts";

describe("drawConfigurations", () => {
  it("stays inside the ranges, draws distinct ones, and the same for the same seed, whatever the count", () => {
    const space = {
      rate: { low: 1e-4, high: 1, scale: "log" },
      width: { low: 2, high: 5, whole: true },
      decay: { low: -1, high: 1 },
      rule: { values: ["a", "b", null] },
    } as const;
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const drawn = drawConfigurations(space, count, seed);
        expect(drawn).toHaveLength(count);
        expect(new Set(drawn.map(canonical)).size).toBe(count);
        expect(drawConfigurations(space, count + 5, seed).slice(0, count)).toEqual(drawn);
        for (const options of drawn) {
          const { rate, width, decay, rule } = options as Record<"rate" | "width" | "decay" | "rule", number>;
          expect(rate >= 1e-4 && rate <= 1 && decay >= -1 && decay <= 1).toBe(true);
          expect([2, 3, 4, 5]).toContain(width);
          expect(["a", "b", null]).toContain(rule);
        }
      }),
    );
    expect(drawConfigurations(space, 3, 1)).not.toEqual(drawConfigurations(space, 3, 2));
  });

  it("draws whole numbers evenly, the ends as often as the others, or by what they take of a log scale", () => {
    const shares = (scale: "linear" | "log") => {
      const space = { layers: { low: 1, high: 4, whole: true, scale }, other: { low: 0, high: 1 } } as const;
      const drawn = drawConfigurations(space, 2000, 0);
      return [1, 2, 3, 4].map((n) => drawn.filter(({ layers }) => layers === n).length / drawn.length);
    };
    for (const share of shares("linear")) expect(Math.abs(share - 1 / 4)).toBeLessThan(0.04);
    for (const [i, share] of shares("log").entries())
      expect(Math.abs(share - Math.log((i + 2) / (i + 1)) / Math.log(5))).toBeLessThan(0.04);
  });

  it("spreads a log scale over its decades, and gives what there is when a space is small", () => {
    const rates = drawConfigurations({ rate: { low: 1e-4, high: 1, scale: "log" } }, 400, 0);
    for (const decade of [-4, -3, -2, -1]) {
      const inside = rates.filter(({ rate }) => Math.floor(Math.log10(rate as number)) === decade);
      expect(inside.length).toBeGreaterThan(70);
      expect(inside.length).toBeLessThan(130);
    }
    expect(drawConfigurations({ on: { values: [true, false] } }, 9, 0)).toHaveLength(2);
  });
});

describe("rungsOf", () => {
  it("halves configurations and doubles seeds, as far as there are some", () => {
    const text = (...args: Parameters<typeof rungsOf>) =>
      rungsOf(...args).map(({ configurations, seeds }) => `${configurations}@${seeds}`);
    expect(text("random", 16, 5)).toEqual(["16@1"]);
    expect(text("halving", 16, 5)).toEqual(["16@1", "8@2", "4@4", "2@5"]);
    expect(text("halving", 16, 30)).toEqual(["16@1", "8@2", "4@4", "2@8"]);
    expect(text("halving", 5, 2)).toEqual(["5@1", "3@2"]);
    expect(text("halving", 2, 5)).toEqual(["2@1"]);
    expect(trialsOf(rungsOf("halving", 16, 5))).toBe(16 + 8 + 4 * 2 + 2);
  });
});

describe("judge", () => {
  const trial = (index: number, value: number | null, seed = 0): Sealed => ({
    index,
    seed,
    options: { index },
    validation: { "validation/rmse": value, "validation/other": 0 },
  });

  it("puts candidates with more seeds first, then the better mean, and leaves out who failed once", () => {
    const trials = [
      trial(0, 0.1),
      trial(1, 0.5),
      trial(1, 0.3, 1),
      trial(2, 0.4),
      trial(2, 0.3, 1),
      trial(3, 0.2),
      trial(3, null, 1),
    ];
    const order = (better: "lower" | "higher") =>
      judge(trials, { name: "rmse", better }).map(({ index, seeds }) => [index, seeds]);
    expect(order("lower")).toEqual([
      [2, 2],
      [1, 2],
      [0, 1],
    ]);
    expect(order("higher").map(([index]) => index)).toEqual([1, 2, 0]);
  });

  it("counts a trial once that two candidates share", () => {
    const trials = [trial(0, 0.1), trial(1, 0.5), trial(1, 0.5)];
    expect(judge(trials, { name: "rmse", better: "lower" })).toMatchObject([
      { index: 0, seeds: 1 },
      { index: 1, seeds: 1, validation: 0.5 },
    ]);
  });

  it("tells candidates apart by their options, not by a number that another search may have given", () => {
    const again = { ...trial(0, 0.05), options: { index: 7 } };
    expect(judge([trial(0, 0.1), again], { name: "rmse", better: "lower" })).toHaveLength(2);
  });
});

describe("tune", () => {
  const request: Omit<TuneRequest, "found"> = {
    tier: "ci",
    methods: ["uniform", "listed"],
    configurations: 8,
    search: "random",
    seed: 0,
    score: false,
  };

  it("gives every row the same budget and the same draws, and chooses on validation alone", async () => {
    const out = temporary();
    const toy = await found("toy/tunable");
    const tuned = await tune(await session(out), { ...request, found: [toy] });
    const { rows } = readResults(resultPath(out, toy, "ci"));
    expect(tuned.map(({ arm }) => arm.method)).toEqual(["single-task", "uniform", "listed"]);
    const of = (method: string) => rows.filter((row) => row.method === method);
    for (const { arm, chosen } of tuned) {
      const own = of(arm.method);
      expect(own).toHaveLength(8);
      expect(own.every((row) => row.purpose === "tune" && row.seed === 0 && row.candidate?.of === 8)).toBe(
        true,
      );
      const best = Math.min(...own.map((row) => row.metrics["validation/rmse"] ?? 9));
      expect(chosen).toMatchObject({ validation: best, seeds: 1 });
      // Test would choose the largest scale.
      const scales = own.map((row) => row.options.scale as number);
      expect(chosen?.options.scale).not.toBe(Math.max(...scales));
    }
    const scales = (method: string) =>
      of(method)
        .map((row) => row.options.scale as number)
        .sort((a, b) => a - b);
    expect(scales("uniform")).toEqual(scales("single-task"));
    expect(tuned[1]?.chosen?.options).toMatchObject({ fixed: 1 });
  });

  it("gives all rows as few as the smallest space has", async () => {
    const toy = await found("toy/tunable");
    const tuned = await tune(await session(temporary()), { ...request, found: [toy], configurations: 12 });
    expect(tuned.map(({ rungs }) => rungs)).toEqual(Array(3).fill([{ configurations: 9, seeds: 1 }]));
  });

  it("halves, drops configurations that fail, scores the choice with all seeds, and goes on where it was", async () => {
    const out = temporary();
    const toy = await found("toy/tunable");
    const asked: TuneRequest = {
      ...request,
      found: [toy],
      methods: ["layered"],
      search: "halving",
      score: true,
    };
    const first = await session(out);
    const [, layered] = await tune(first, asked);
    const { rows } = readResults(resultPath(out, toy, "ci"));
    const own = rows.filter((row) => row.method === "layered");
    const bad = own.filter((row) => row.options.layers === 3);
    expect(bad.length).toBeGreaterThan(0);
    expect(bad.every((row) => row.status === "failed" && row.seed === 0)).toBe(true);
    expect(own.filter((row) => row.seed === 0)).toHaveLength(8);
    expect(own.filter((row) => row.seed === 1)).toHaveLength(4);
    expect(own.filter((row) => row.seed === 4)).toHaveLength(1);
    expect(layered?.chosen?.seeds).toBe(4);
    // The table rests on the choice alone: one row a seed.
    const line = summarize(toy.benchmark, "ci", toy.codeVersion, rows)?.groups[0]?.lines.find(
      ({ method }) => method === "layered",
    );
    expect(line?.kept).toHaveLength(5);
    expect(line?.budget).toBe(8);
    expect(new Set(line?.kept.map((row) => canonical(row.options)))).toEqual(
      new Set([canonical(layered?.chosen?.options ?? {})]),
    );
    const second = await session(out);
    expect((await tune(second, asked))[1]?.chosen).toEqual(layered?.chosen);
    // Only what failed is tried again.
    expect(second.summary.ran).toBe(bad.length);
  });

  it("refuses rows that have nothing to choose from", async () => {
    const toy = await found("toy/tunable");
    const asked = { ...request, found: [toy], methods: undefined, tier: "smoke" as const };
    await expect(tune(await session(temporary()), asked)).rejects.toThrow(
      /toy\/tunable: nothing cannot be tuned[^]*Give each arm a "space"/,
    );
  });
});

describe("outrigger tune", () => {
  it("prints the choice and the budget, and no test metric before --score", async () => {
    const out = temporary();
    const asked = ["tune", "toy/tunable", "--methods", "uniform", "--configurations", "4", "--out", out];
    const plain = await outrigger(asked);
    expect(plain.code).toBe(0);
    expect(plain.output).toMatch(/uniform +1\.\d+ +1 +scale=0\.\d+/);
    expect(plain.output).toContain("Budget of every row: 4 configurations on 1 seed; 4 trials.");
    expect(plain.output).not.toContain("test rmse");
    const scored = await outrigger([...asked, "--score"]);
    expect(scored.output).toMatch(/uniform +scale=0\.\d+ +5 /);
    expect(scored.output).toContain("Tuning budget: 4 candidates for every row.");
    expect((await outrigger([...asked, "--configurations", "0"])).output).toContain(
      "--configurations: give 1 or more.",
    );
    expect((await outrigger([...asked, "--search", "grid"])).output).toContain(
      "Allowed choices are random, halving",
    );
  });

  it("prints the table of what it chose, whatever an earlier search in the same folder came to", async () => {
    const out = temporary();
    const asked = ["tune", "toy/tunable", "--methods", "uniform", "--score", "--out", out];
    const chosenIn = (output: string): (string | undefined)[] => [
      /uniform +[\d.]+ +\d +(scale=\S+)/.exec(output)?.[1],
      /uniform +(scale=\S+) +5 /.exec(output)?.[1],
    ];
    const halving = await outrigger([...asked, "--search", "halving", "--configurations", "8"]);
    const few = await outrigger([...asked, "--configurations", "3", "--seed", "1"]);
    expect(few.output).toContain("Tuning budget: 3 candidates for every row.");
    const [first, second] = [chosenIn(halving.output), chosenIn(few.output)];
    expect(first[0]).toBeDefined();
    expect(second[0]).not.toBe(first[0]);
    expect(first[1]).toBe(first[0]);
    expect(second[1]).toBe(second[0]);
    // Rows that were scores of the random search are tuning trials of a halving one.
    const again = await outrigger([...asked, "--search", "halving", "--configurations", "3", "--seed", "1"]);
    expect(chosenIn(again.output)[1]).toBe(chosenIn(again.output)[0]);
    expect(again.output).toContain("Tuning budget: 3 candidates for every row.");
  });
});
