import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import { compareSets, describeComparison, verdictOf } from "../../src/command/compare.ts";
import type { ResultSet } from "../../src/command/result-set.ts";
import type { Row } from "../../src/results/row.ts";
import type { Found } from "../../src/run/discover.ts";
import { found } from "../harness.ts";
import { toyRow } from "../rows.ts";

let toy: Found;
beforeAll(async () => {
  toy = await found("toy/noise");
});

const set = (title: string, rows: readonly Row[]): ResultSet => ({ title, rows, remarks: [] });

/** Rows of one method, one a seed, with these test values. */
const rows = (method: string, values: readonly number[], change: Partial<Row> = {}): Row[] =>
  values.map((value, seed) =>
    toyRow({ tier: "ci", method, seed, metrics: { "validation/rmse": 1, "test/rmse": value }, ...change }),
  );

const base = [1.1, 1.2, 1.15, 1.05, 1.25];
const shifted = (by: number, noise = 0.01) =>
  base.map((value, seed) => value + by + noise * Math.sin(seed * 9));
const compareAll = (a: readonly Row[], b: readonly Row[]) =>
  compareSets(set("a", a), set("b", b), [toy], undefined);
const changes = (a: readonly Row[], b: readonly Row[]) =>
  compareAll(a, b)[0]?.rows.map((row) => `${row.method} ${row.change}`);

describe("compare", () => {
  it("pairs by seed and reads the sign of B - A by what is better", () => {
    const a = [...rows("single-task", base), ...rows("static", base), ...rows("uniform", base)];
    const b = [
      ...rows("single-task", base),
      ...rows("static", shifted(0.3)),
      ...rows("uniform", shifted(-0.3)),
    ];
    expect(changes(a, b)).toEqual(["single-task identical", "static worse", "uniform better"]);
    const [{ rows: compared } = { rows: [] }] = compareAll(a, b);
    const uniform = compared.find((row) => row.method === "uniform");
    expect(uniform?.difference.mean).toBeCloseTo(-0.3, 1);
    expect(uniform?.difference.high).toBeLessThan(0);
    // The order of seeds in the file does not matter.
    expect(compareAll([...a].reverse(), b).map(describeComparison)).toEqual(
      compareAll(a, b).map(describeComparison),
    );
  });

  it("adjusts by Holm over all rows: what one row alone would claim, one of many may not", () => {
    // One row: p = 0.016. With two more: 3 p > 0.04, with nine more: 0.16.
    const moved = shifted(0.06, 0.05);
    const one = compareAll(rows("uniform", base), rows("uniform", moved))[0]?.rows[0];
    expect(one?.p).toBeLessThan(0.05);
    expect(one?.change).toBe("worse");
    const others = ["static", "random", "a", "b", "c", "d", "e", "f"];
    const noise = others.flatMap((method, i) => rows(method, shifted(0, 0.01 + i / 100)));
    const many = compareAll(
      [...rows("uniform", base), ...others.flatMap((method) => rows(method, base))],
      [...rows("uniform", moved), ...noise],
    )[0]?.rows;
    const same = many?.find((row) => row.method === "uniform");
    expect(same?.difference.mean).toBe(one?.difference.mean);
    expect(same?.p).toBeGreaterThan(0.05);
    expect(same?.change).toBe("no difference");
    for (const row of many ?? []) {
      const { low, high } = row.difference;
      expect(low <= 0 && high >= 0).toBe(row.change === "no difference");
    }
  });

  it("tests nothing below five pairs, and says which seeds only one set has", () => {
    const [comparison] = compareAll(rows("uniform", base), rows("uniform", shifted(0.5).slice(0, 4)));
    expect(comparison?.rows[0]).toMatchObject({ change: "not tested", p: null });
    expect(comparison?.notes).toContain("gin uniform: A has 5 seeds, B 4; 4 are in both.");
    expect(verdictOf(comparison ? [comparison] : [])).toContain("No row has the five pairs");
  });

  it("lists rows of one set alone, another version, another choice, and rows left out", () => {
    const chosen = (scale: number): Partial<Row> => ({
      options: { scale },
      candidate: { index: 0, of: 3, options: { scale } },
    });
    const a = [...rows("static", base), ...rows("uniform", base, chosen(0.1))];
    const b = [
      ...rows("random", base, { version: 2 }),
      ...rows("uniform", base, { version: 2, ...chosen(1) }),
      toyRow({ tier: "ci", id: "old", method: "static" }),
    ];
    expect(compareAll(a, b)[0]?.notes).toEqual([
      "A is version 1 of the benchmark, B is version 2: the experiment itself has changed.",
      "Only in A: gin static.",
      "Only in B: gin random.",
      "gin uniform: validation chose scale=0.1 in A, scale=1 in B.",
      "B: 1 trial of another version (1) left out: the benchmark is at version 2.",
    ]);
  });

  it("never tests tier smoke, whose trials say nothing but that they run", () => {
    const wide = {
      ...toy,
      benchmark: { ...toy.benchmark, tiers: { smoke: { seeds: [0, 1, 2, 3, 4] } } } as Benchmark,
    };
    const smoke = (values: readonly number[]) => set("s", rows("uniform", values, { tier: "smoke" }));
    const [comparison] = compareSets(smoke(base), smoke(shifted(0.5)), [wide], "smoke");
    expect(comparison?.rows[0]?.change).toBe("not tested");
  });

  it("says what each set has when there is nothing in common", () => {
    expect(() => compareAll(rows("uniform", base), [toyRow()])).toThrow(
      /A \(a\) has toy\/noise \(ci\), B \(b\) has toy\/noise \(smoke\)/,
    );
    expect(() => compareAll(rows("uniform", base), [])).toThrow(/B \(b\) has nothing that was asked for/);
  });

  it("is the committed text", async () => {
    const a = [...rows("single-task", base), ...rows("static", base), ...rows("uniform", base.slice(1))];
    const b = [
      ...rows("single-task", base),
      ...rows("static", shifted(0.3)),
      ...rows("uniform", shifted(-0.1)),
    ];
    const compared = compareAll(a, b);
    const text = [...compared.map(describeComparison), verdictOf(compared)].join("\n\n");
    await expect(text).toMatchFileSnapshot("../fixtures/snapshots/comparison.txt");
  });
});
