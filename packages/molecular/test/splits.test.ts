import { Random } from "@outrigger/core/random";
import { array, assert, constantFrom, integer, nat, option, property, tuple } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { enumeratedSmiles } from "../src/data/enumerated.ts";
import { kFold, makeSplit, stratifiedScaffoldSplit } from "../src/data/make-split.ts";
import { splitByScaffold } from "../src/data/split.ts";
import { splitNotes, splitOverlap, summarizeSplit } from "../src/data/split-summary.ts";
import { murckoScaffolds } from "../src/feature/featurize.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";
import { all, column, inOrder, parts, positives } from "./support/split-cases.ts";

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});
describe("the stratified scaffold split", () => {
  const molecules = array(
    tuple(constantFrom("a", "b", "c", "d", "e", "f", "g"), option(constantFrom(0, 1))),
    {
      minLength: 1,
      maxLength: 80,
    },
  );

  it("puts every molecule into one part, and every scaffold", () => {
    assert(
      property(molecules, nat(), (list, seed) => {
        const scaffolds = list.map(([scaffold]) => scaffold);
        const split = stratifiedScaffoldSplit(scaffolds, [column(list.map(([, label]) => label))], { seed });
        expect(inOrder(split)).toEqual(all(list.length));
        const kinds = parts(split).map((rows) => new Set(rows.map((row) => scaffolds[row])));
        expect(kinds.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(scaffolds).size);
      }),
    );
  });

  // A local minimum: of 24,000 classes in parts 11 were off by more than one molecule, at most by 1.2.
  it("keeps every class within one and a half molecules of its share when each molecule is a scaffold of its own", () => {
    assert(
      property(integer({ min: 10, max: 60 }), integer({ min: 10, max: 60 }), nat(), (zeros, ones, seed) => {
        const labels = column([...new Array<number>(zeros).fill(0), ...new Array<number>(ones).fill(1)]);
        const scaffolds = all(zeros + ones).map(String);
        const split = stratifiedScaffoldSplit(scaffolds, [labels], { seed });
        for (const [part, share] of [0.8, 0.1, 0.1].entries()) {
          const rows = parts(split)[part]!;
          expect(Math.abs(positives(rows, labels) - share * ones)).toBeLessThanOrEqual(1.5);
          expect(Math.abs(rows.length - positives(rows, labels) - share * zeros)).toBeLessThanOrEqual(1.5);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("keeps fifths of a number in proportion", () => {
    const random = Random.seeded(0, "test/labels");
    const values = all(500).map(() => random.normal());
    const { test } = stratifiedScaffoldSplit(all(500).map(String), [column(values)], { seed: 3 });
    const sorted = values.toSorted((a, b) => a - b);
    const fifth = (row: number): number => Math.floor((sorted.indexOf(values[row]!) * 5) / 500);
    for (const k of [0, 1, 2, 3, 4])
      expect(Math.abs(test.filter((row) => fifth(row) === k).length - 10)).toBeLessThanOrEqual(2);
  });

  it("has both classes in every part where the order by size leaves one class in the test part", () => {
    // One large scaffold with both classes, then pairs: the later pairs, all negative, go to test when the order is by size.
    const scaffolds = [...new Array<string>(40).fill("big"), ...all(60).map((i) => `pair${i >> 1}`)];
    const labels = column(scaffolds.map((_, i) => (i < 40 ? i % 2 : Number(i >= 76))));
    const targets = { active: labels };
    const bySize = splitByScaffold(scaffolds, { variant: "ogb" });
    expect(splitNotes(bySize, targets)).toMatchObject([
      { kind: "one-class", part: "validation", target: "active" },
      { kind: "one-class", part: "test", target: "active" },
    ]);
    const stratified = stratifiedScaffoldSplit(scaffolds, [labels]);
    expect(splitNotes(stratified, targets)).toEqual([]);
    expect(parts(stratified).map((rows) => rows.length)).toEqual([80, 10, 10]);
  });

  it("depends on the seed and on nothing else, and honours the shares, 0 too", () => {
    const scaffolds = all(100).map((i) => String(i % 60));
    const labels = [column(all(100).map((i) => i % 2))];
    const first = stratifiedScaffoldSplit(scaffolds, labels, { seed: 1 });
    expect(stratifiedScaffoldSplit(scaffolds, labels, { seed: 1 })).toEqual(first);
    expect(stratifiedScaffoldSplit(scaffolds, labels, { seed: 2 })).not.toEqual(first);
    const half = stratifiedScaffoldSplit(scaffolds, labels, { fractions: [0.5, 0, 0.5] });
    expect(parts(half).map((rows) => rows.length)).toEqual([50, 0, 50]);
    expect(() => stratifiedScaffoldSplit(scaffolds, labels, { fractions: [1, 1, 0] })).toThrow(/sum to 1/);
    expect(() => stratifiedScaffoldSplit([], labels)).toThrow(/no molecules/);
  });
});

describe("makeSplit and kFold", () => {
  const smiles = enumeratedSmiles(60);
  const targets = { y: column(smiles.map((_, i) => i % 2)) };
  const options = (): { rdkit: Rdkit; cache: false } => ({ rdkit, cache: false });

  it.each(["ogb", "deepchem", "balanced", "random", "stratified"] as const)(
    "%s divides all molecules",
    async (variant) => {
      const split = await makeSplit({ smiles, targets }, { ...options(), variant });
      expect(inOrder(split)).toEqual(all(60));
    },
  );

  it.each(["random", "scaffold", "stratified"] as const)(
    "%s folds test and validate every molecule once",
    async (variant) => {
      const splits = await kFold({ smiles, targets }, { ...options(), variant, folds: 5 });
      expect(splits.length).toBe(5);
      for (const split of splits) expect(inOrder(split)).toEqual(all(60));
      expect(splits.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(all(60));
      expect(splits.flatMap(({ validation }) => validation).sort((a, b) => a - b)).toEqual(all(60));
      expect(splits.map(({ validation }) => validation)).toEqual(
        splits.map((_, k) => splits[(k + 1) % 5]!.test),
      );
      expect(await kFold({ smiles, targets }, { ...options(), variant, folds: 5, seed: 1 })).not.toEqual(
        splits,
      );
    },
  );

  it.each(["scaffold", "stratified"] as const)("%s folds never divide a scaffold", async (variant) => {
    const scaffolds = await murckoScaffolds(smiles, options());
    for (const split of await kFold({ smiles, targets }, { ...options(), variant, folds: 4 }))
      expect(splitOverlap(split, scaffolds).map(({ molecules }) => molecules)).toEqual([0, 0, 0]);
  });

  it("folds are refused where there cannot be any", async () => {
    const refused = (given: object): Promise<unknown> =>
      kFold({ smiles }, { ...options(), variant: "random", folds: 5, ...given } as never).catch(
        (error: unknown) => error,
      );
    expect(await refused({ folds: 2 })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/from 3 to the 60/) as string,
    });
    expect(await refused({ folds: 61 })).toMatchObject({ code: "bad-option" });
    expect(await refused({ variant: "ogb" })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/"ogb"/) as string,
    });
    expect(await refused({ variant: "stratified" })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/labels/) as string,
    });
  });
});

describe("what is said of a split", () => {
  const targets = { active: column([1, 0, 1, 1, null, null]), y: column([1, 3, 5, null, 5, null]) };

  it("is the size and the labels of every part", () => {
    expect(summarizeSplit({ train: [0, 1, 2], validation: [3, 4], test: [5] }, targets)).toEqual([
      {
        part: "train",
        molecules: 3,
        targets: {
          active: { kind: "classification", labels: 3, missing: 0, positive: 2 },
          y: {
            kind: "regression",
            labels: 3,
            missing: 0,
            mean: 3,
            sd: 2,
            least: 1,
            greatest: 5,
          },
        },
      },
      {
        part: "validation",
        molecules: 2,
        targets: {
          active: { kind: "classification", labels: 1, missing: 1, positive: 1 },
          y: { kind: "regression", labels: 1, missing: 1, mean: 5, sd: null, least: 5, greatest: 5 },
        },
      },
      {
        part: "test",
        molecules: 1,
        targets: {
          active: { kind: "classification", labels: 0, missing: 1, positive: 0 },
          y: { kind: "regression", labels: 0, missing: 1, mean: null, sd: null, least: null, greatest: null },
        },
      },
    ]);
  });

  it("warns of empty parts, parts without labels and parts of one class, and throws nothing", () => {
    const notes = splitNotes({ train: [0, 1, 2], validation: [3, 5], test: [] }, targets);
    expect(notes.map(({ kind, part, target }) => [kind, part, target])).toEqual([
      ["one-class", "validation", "active"],
      ["no-labels", "validation", "y"],
      ["empty-part", "test", undefined],
    ]);
    expect(notes[0]!.message).toMatch(/All 1 labels of "active" in the validation part are 1: ROC-AUC/);
  });

  it("counts the molecules whose scaffold is in another part", () => {
    const overlap = splitOverlap({ train: [0, 1], validation: [], test: [2, 3, 4] }, [
      "a",
      "b",
      "a",
      "a",
      "c",
    ]);
    expect(overlap).toEqual([
      { part: "test", other: "train", keys: 1, molecules: 2, share: 2 / 3 },
      { part: "validation", other: "train", keys: 0, molecules: 0, share: null },
      { part: "test", other: "validation", keys: 0, molecules: 0, share: 0 },
    ]);
  });
});
