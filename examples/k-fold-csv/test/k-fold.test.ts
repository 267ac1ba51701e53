import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pairedDifference } from "@outrigger/bench/statistics/paired";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { program } from "../../program.ts";
import { kFold } from "../folds.js";
import { judge } from "../judge.js";
import { makeTable } from "../make-table.js";
import { readProblem, trainFold } from "../train.js";

const folder = join(import.meta.dirname, "..");
const table = join(folder, "concrete.csv");

describe("the example of k-fold cross-validation", () => {
  it("has the table that its generator makes", () => {
    expect(readFileSync(table, "utf8")).toBe(makeTable());
  });

  it("tests every row once, and never trains on what it tests or chooses by", () => {
    const sizes = fc.record({ rows: fc.integer({ min: 3, max: 60 }), seed: fc.nat(), part: fc.nat() });
    fc.assert(
      fc.property(sizes, ({ rows, seed, part }) => {
        const folds = 3 + (part % (rows - 2));
        const parts = kFold({ rows, folds, seed });
        const all = Array.from({ length: rows }, (_, row) => row);
        const sorted = (list: number[]) => list.toSorted((a, b) => a - b);
        expect(sorted(parts.flatMap(({ test }) => test))).toEqual(all);
        for (const { train, validation, test } of parts)
          expect(sorted([...train, ...validation, ...test])).toEqual(all);
      }),
    );
    expect(() => kFold({ rows: 10, folds: 2, seed: 0 })).toThrow("from 3 to the number of rows");
  });

  it("widens the paired interval by what folds share, and judges by the wide one", () => {
    const alone = [1, 2, 3, 4, 5, 6];
    const helped = alone.map((error, fold) => error - 0.1 - 0.02 * fold);
    const plain = pairedDifference(new Map(helped.entries()), new Map(alone.entries()));
    const { mean, low, high, verdict } = judge(helped, alone, 0.25);
    expect(mean).toBeCloseTo(-0.15, 12);
    // sqrt(1 + 6 / 4); Student's t with 5 degrees of freedom is 2.5706, and sd(0, 1, …, 5) is sqrt(3.5).
    const half = Math.sqrt(2.5) * 2.5706 * 0.02 * Math.sqrt(3.5 / 6);
    expect(high - mean).toBeCloseTo(half, 5);
    expect(mean - low).toBeCloseTo(half, 5);
    expect(verdict).toBe("better");
    expect(judge(alone, helped, 0.25).verdict).toBe("worse");
    // With so great a share the plain interval lies below zero and the wide one holds it.
    expect(plain.high).toBeLessThan(0);
    expect(judge(helped, alone, 10).verdict).toBe("no difference");
  });

  it("has a baseline that the auxiliary's labels cannot move", async () => {
    const problem = readProblem(table, { primary: "strength", auxiliaries: ["density"] });
    const [fold] = kFold({ rows: problem.rows, folds: 10, seed: 0 });
    const [strength, density] = problem.labels;
    const upsideDown = { ...density!, values: density!.values.map((value) => -value) };
    const other = { ...problem, labels: [strength!, upsideDown] };
    const train = (of: typeof problem, weight: number) =>
      trainFold(of, fold!, { weight, seed: 0, epochs: 3 });
    expect(await train(other, 0)).toBe(await train(problem, 0));
    expect(await train(problem, 1)).not.toBe(await train(problem, 0));
  });

  it("prints both errors of every fold, and the mean of their differences", async () => {
    const { code, output } = await program(join(folder, "main.js"), ["--folds", "3", "--epochs", "3"]);
    expect({ code, output }).toMatchObject({ code: 0 });
    const folds = [...output.matchAll(/^ +\d {2}([\d.]+) {2}([\d.]+)$/gm)];
    expect(folds).toHaveLength(3);
    const mean = folds.reduce((sum, [, alone, helped]) => sum + Number(helped) - Number(alone), 0) / 3;
    const [, said, verdict] = /^RMSE with minus alone: (\S+) \[.*\]: (.*)$/m.exec(output)!;
    expect(Math.abs(Number(said) - mean)).toBeLessThan(2e-3);
    expect(verdict).toBe("too small to conclude");
  });
});
