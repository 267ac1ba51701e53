import { describe, expect, it } from "vitest";
import {
  auxiliaryTasks,
  CHOSEN_DESCRIPTORS,
  candidate,
  candidateBook,
  createRdkit,
  enumeratedSmiles,
  isCandidate,
  propertyFamily,
  selectCandidates,
  VOTE_TABLE,
} from "../src/index.ts";

const everyone = candidateBook.map(({ name }) => name);

describe("the frozen votes", () => {
  it("are for candidates of the book, ranked, with one answer to which five come first", () => {
    expect(VOTE_TABLE.keep).toBe(5);
    expect(new Set(VOTE_TABLE.families.map(({ name }) => name)).size).toBe(7);
    for (const { votes } of VOTE_TABLE.families) {
      const points = Object.values(votes);
      expect(Object.keys(votes).filter((name) => !isCandidate(name))).toEqual([]);
      expect(points).toEqual(points.toSorted((a, b) => b - a));
      expect(points.every((each) => Number.isInteger(each) && each >= 1 && each <= 10)).toBe(true);
      expect(points[4]).toBeGreaterThan(points[5]!);
    }
  });

  it.each([
    ["solubility", "solubility"],
    ["logS", "solubility"],
    ["measured log solubility in mols per litre", "solubility"],
    ["hydration free energy", "hydration energy"],
    ["Lipophilicity", "lipophilicity"],
    ["logD (pH 7.4)", "lipophilicity"],
    ["blood-brain barrier", "blood-brain barrier"],
    ["p_np", "blood-brain barrier"],
    ["pIC50", "enzyme inhibition"],
    ["acute oral toxicity", "toxicity"],
    ["adverse drug reactions", "adverse reactions"],
    ["number of side effects", "adverse reactions"],
    ["partition-coefficient (octanol/water)", "lipophilicity"],
    ["LD50", "toxicity"],
  ])("know %s as %s", (text, family) => {
    expect(propertyFamily(text)?.name).toBe(family);
  });

  it.each([
    "boiling point",
    "y",
    "",
    "logistic",
    "kinetics",
    "UV absorption",
    "electron affinity",
    "rate of side reactions",
  ])("know nothing of %j", (text) => {
    expect(propertyFamily(text)).toBeNull();
  });

  it("choose the five with most points, and say by which table", async () => {
    const found = await selectCandidates({ how: "frozen-votes", property: "solubility" });
    expect(found).toMatchObject({
      names: ["CrippenClogP", "tpsa", "NumAromaticRings", "labuteASA", "NumHBD"],
      how: "frozen-votes",
      notes: [],
      settings: { table: 1, family: "solubility", keep: 5 },
    });
    const two = await selectCandidates({ how: "frozen-votes", property: "solubility", keep: 2 });
    expect(two.names).toEqual(found.names.slice(0, 2));
  });

  it("pass over what may not be chosen, and say when too few are left", async () => {
    const among = ["tpsa", "labuteASA", "NumHBD", "fr_azide"];
    const { names, notes } = await selectCandidates({ how: "frozen-votes", property: "logS", among });
    expect(names).toEqual(["tpsa", "labuteASA", "NumHBD"]);
    expect(notes[0]).toMatch(/^Only 3 of 5 candidates/);
  });

  it("take the usual five for an unknown property, with a note", async () => {
    const unknown = await selectCandidates({ how: "frozen-votes", property: "boiling point" });
    expect(unknown.names).toEqual(CHOSEN_DESCRIPTORS);
    expect(unknown.notes[0]).toMatch(
      /^"boiling point" belongs to no family.*The families are solubility, hydration energy/,
    );
    const unnamed = await selectCandidates({ how: "frozen-votes" });
    expect(unnamed.names).toEqual(CHOSEN_DESCRIPTORS);
    expect(unnamed.notes[0]).toMatch(/^No property was named/);
  });
});

describe("the controls", () => {
  it("random draws as many from the whole book, by the seed", async () => {
    const draw = async (seed: number): Promise<readonly string[]> =>
      (await selectCandidates({ how: "random", seed })).names;
    const draws = await Promise.all(Array.from({ length: 200 }, (_, seed) => draw(seed)));
    for (const names of draws) expect([names.length, new Set(names).size]).toEqual([5, 5]);
    expect(await draw(7)).toEqual(draws[7]);
    expect(new Set(draws.map(String)).size).toBe(200);
    const drawn = new Set(draws.flat());
    expect(drawn.size).toBeGreaterThan(145);
    // 1,000 draws from 150: each candidate 6.7 times, so a kind's share of draws is its share of the book within a few percent.
    const share = draws.flat().filter((name) => candidate(name).kind === "fragment").length / 1000;
    expect(Math.abs(share - 85 / 150)).toBeLessThan(0.06);
  });

  it("random takes all there are where there are fewer, with a note", async () => {
    const { names, notes } = await selectCandidates({ how: "random", seed: 0, among: ["tpsa", "amw"] });
    expect(names.toSorted()).toEqual(["amw", "tpsa"]);
    expect(notes).toEqual(["There are only 2 of 5 candidates to draw from."]);
  });

  it("all is the book, in its order; given is what was given, once", async () => {
    expect((await selectCandidates({ how: "all" })).names).toEqual(everyone);
    expect((await selectCandidates({ how: "all", among: ["tpsa", "amw"] })).names).toEqual(["amw", "tpsa"]);
    const given = await selectCandidates({ how: "given", names: ["tpsa", "fr_COO", "tpsa"] });
    expect(given).toEqual({ names: ["tpsa", "fr_COO"], how: "given", notes: [] });
  });

  it("refuse unknown names, no names and senseless numbers", async () => {
    await expect(selectCandidates({ how: "given", names: ["TPSA"] })).rejects.toThrow(
      /no candidate "TPSA"; did you mean tpsa/,
    );
    await expect(selectCandidates({ how: "given", names: [] })).rejects.toThrow(/No candidate is named/);
    await expect(selectCandidates({ how: "all", among: ["x"] })).rejects.toThrow(/no candidate "x"/);
    for (const keep of [0, 2.5, Number.NaN])
      await expect(selectCandidates({ how: "random", seed: 0, keep })).rejects.toThrow(
        /keep must be a whole number/,
      );
  });
});

describe("auxiliaryTasks", () => {
  const smiles = enumeratedSmiles(50);
  const train = Array.from({ length: 35 }, (_, i) => i);

  it("chooses among what varies in training, so that a random choice is as large as a deliberate one", async () => {
    const rdkit = await createRdkit();
    const options = { rdkit, cache: false } as const;
    const frozen = await auxiliaryTasks(smiles, train, { how: "frozen-votes", property: "logS" }, options);
    expect(frozen.selection.names).toHaveLength(5);
    expect(Object.keys(frozen.columns)).toEqual(frozen.selection.names);
    const random = await auxiliaryTasks(smiles, train, { how: "random", seed: 3 }, options);
    for (const { values } of Object.values(random.columns))
      expect(new Set(train.map((row) => values[row])).size).toBeGreaterThan(1);
    expect(Object.keys(random.columns)).toHaveLength(5);
    const given = await auxiliaryTasks(
      smiles,
      train,
      { how: "given", names: ["fr_azide", "tpsa"] },
      { ...options, onNote: () => undefined },
    );
    expect(given.selection).toMatchObject({
      names: ["tpsa"],
      notes: [expect.stringMatching(/^Left out.*fr_azide/)],
    });
    await expect(auxiliaryTasks(["CCO", "CCO"], [0, 1], { how: "all" }, options)).rejects.toThrow(
      /No candidate varies/,
    );
    expect(rdkit.open + rdkit.queries).toBe(0);
  });
});
