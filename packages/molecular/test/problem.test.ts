import { column } from "@outrigger/core/data/column";
import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thrown } from "../../core/test/support/errors.ts";
import { availability } from "../src/data/locate.ts";
import { FREESOLV } from "../src/data/sources.ts";
import { fewLabels } from "../src/experiment/few-labels.ts";
import { type Problem, problemOf as publicProblem, reduced, withTarget } from "../src/experiment/problem.ts";
import type { TargetKind } from "../src/target/joint-task.ts";

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Molecules by number; label i of the first target is its class or number, the second target lacks every third. */
function problemOf(train: number, kind: TargetKind = "classification", targets = 1, share = 0.3): Problem {
  const [validation, test] = [Math.ceil(train / 8), 20];
  const n = train + validation + test;
  const random = Random.seeded(train, "labels");
  const labels = range(0, n).map(() => Number(random.uniform() < share));
  const columns = {
    first: column("first", labels),
    ...(targets > 1 && {
      second: column(
        "second",
        labels.map((y, i) => (i % 3 === 0 ? null : 1 - y)),
      ),
    }),
  };
  return {
    targets: { name: targets > 1 ? "both" : "first", kind, columns },
    smiles: range(0, n).map((i) => "C".repeat(i + 1)),
    split: {
      train: range(0, train),
      validation: range(train, train + validation),
      test: range(train + validation, n),
    },
    datasets: [],
  };
}

describe("fewLabels", () => {
  const cases = fc.record({
    train: fc.integer({ min: 40, max: 300 }),
    kind: fc.constantFrom<TargetKind>("regression", "classification"),
    targets: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
  });

  it("draws nested subsets of the training part, leaves the test part whole, and mixes no parts", () => {
    fc.assert(
      fc.property(cases, ({ train, kind, targets, seed }) => {
        const whole = problemOf(train, kind, targets);
        const sizes = [8, 16, 33, train].filter((size) => size <= train);
        const drawn = sizes.map((size) => fewLabels(whole, size, seed).split);
        for (const [i, split] of drawn.entries()) {
          expect(split.train).toHaveLength(sizes[i]!);
          expect(new Set(split.train).size).toBe(sizes[i]!);
          expect(split.validation).toHaveLength(
            Math.min(Math.ceil(sizes[i]! / 4), whole.split.validation.length),
          );
          expect(split.test).toEqual(whole.split.test);
          expect(split.train.every((row) => row < train)).toBe(true);
          expect(split.validation.every((row) => whole.split.validation.includes(row))).toBe(true);
          const larger = drawn[i + 1];
          if (larger === undefined) continue;
          expect(larger.train).toEqual(expect.arrayContaining([...split.train]));
          expect(larger.validation).toEqual(expect.arrayContaining([...split.validation]));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the classes' shares of one target to within one molecule, at every size", () => {
    const whole = problemOf(200);
    const { values } = whole.targets.columns["first"]!;
    const ones = (rows: readonly number[]): number => rows.filter((row) => values[row] === 1).length;
    const share = ones(whole.split.train) / 200;
    for (const size of [8, 20, 51, 120]) {
      const { train } = fewLabels(whole, size, 7).split;
      expect(Math.abs(ones(train) - share * size)).toBeLessThanOrEqual(1);
    }
  });

  it("draws others for another seed, and the same for the same", () => {
    const whole = problemOf(100);
    expect(fewLabels(whole, 20, 1)).toEqual(fewLabels(whole, 20, 1));
    expect(fewLabels(whole, 20, 1).split.train).not.toEqual(fewLabels(whole, 20, 2).split.train);
  });

  it("refuses more molecules than there are, and too few", () => {
    const whole = problemOf(100);
    for (const size of [101, 7, 20.5]) {
      expect(thrown(() => fewLabels(whole, size, 0)).code).toBe("bad-option");
    }
  });
});

describe("reduced", () => {
  it("keeps labels with their molecules and molecules in their part", () => {
    const whole = problemOf(160, "regression", 2);
    const few = reduced(whole, 50);
    expect(few.split.validation).toHaveLength(8);
    expect(few.split.test).toHaveLength(8);
    expect(few.split.train).toHaveLength(40);
    for (const part of ["train", "validation", "test"] as const) {
      for (const row of few.split[part]) {
        const before = whole.smiles.indexOf(few.smiles[row]!);
        expect(whole.split[part]).toContain(before);
        for (const name of ["first", "second"]) {
          const [now, then] = [few.targets.columns[name]!, whole.targets.columns[name]!];
          expect([now.values[row], now.mask[row]]).toEqual([then.values[before], then.mask[before]]);
        }
      }
    }
  });

  it("is the problem itself for 0 and for more than there are", () => {
    const whole = problemOf(40);
    expect(reduced(whole, 0)).toBe(whole);
    expect(reduced(whole, 1000)).toBe(whole);
  });
});

describe("withTarget", () => {
  it("leaves the molecules without a label of the target out of every part", () => {
    const whole = problemOf(40, "classification", 2);
    const second = withTarget(whole, "second");
    expect(second.targets.name).toBe("second");
    for (const part of ["train", "validation", "test"] as const) {
      expect(second.split[part]).toEqual(whole.split[part].filter((row) => row % 3 !== 0));
    }
    expect(thrown(() => withTarget(whole, "third")).message).toContain("the targets are first, second");
  });
});

const there = availability(FREESOLV);
it.skipIf(there !== true)(
  `a dataset is parsed once in a process${there === true ? "" : " (skipped: no FreeSolv)"}`,
  async () => {
    const [first, second] = [await publicProblem(FREESOLV), await publicProblem(FREESOLV)];
    expect(second).toBe(first);
    expect(first.property).toBe("FreeSolv: free energy of hydration");
  },
);
