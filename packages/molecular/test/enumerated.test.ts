import { describe, expect, it } from "vitest";
import { CHOSEN_DESCRIPTORS } from "../src/auxiliary/descriptor-tasks.ts";
import { enumeratedSmiles, simulatedProperty } from "../src/data/enumerated.ts";
import { DESCRIPTOR_NAMES } from "../src/feature/descriptors.ts";
import { sharedRdkit } from "../src/molecule/rdkit.ts";

/** All there are, as the error message says. */
const most = 5490;

describe("enumeratedSmiles", () => {
  it("gives different molecules that RDKit accepts", async () => {
    const rdkit = await sharedRdkit();
    const smiles = enumeratedSmiles(most);
    const canonical = new Set<string>();
    for (const each of smiles) {
      const found = await rdkit.withMolecule(each, (molecule) => molecule.canonicalSmiles());
      if (!found.ok) throw new Error(`${each}: ${found.problem.reason}`);
      canonical.add(found.value);
    }
    expect(canonical.size).toBe(smiles.length);
  });

  it("is the same list every time, and a longer one starts with a shorter one", () => {
    expect(enumeratedSmiles(300)).toEqual(enumeratedSmiles(300));
    expect(enumeratedSmiles(900).slice(0, 300)).toEqual(enumeratedSmiles(300));
  });

  it("says how many there are when asked for more", () => {
    expect(() => enumeratedSmiles(1e6)).toThrow(/from 1 to \d+/);
    expect(() => enumeratedSmiles(0)).toThrow(/count is 0/);
  });
});

describe("simulatedProperty", () => {
  const row = (values: Readonly<Record<string, number>>): number[] =>
    DESCRIPTOR_NAMES.map((name) => values[name] ?? 0);

  it("follows its formula, up to noise drawn from a fixed stream", () => {
    const plain = row({});
    const rich = row({ CrippenClogP: 2, tpsa: 120, NumHBD: 1, NumAromaticRings: 2, NumRotatableBonds: 3 });
    const formula = (l: number, t: number, d: number, a: number, r: number): number =>
      1 -
      0.9 * l +
      1.2 * Math.tanh(t / 60 - 1) +
      0.5 * d * Math.exp(-(l ** 2) / 8) -
      0.35 * a * Math.max(0, l - 1) +
      0.3 * Math.sin(r);
    const noise = simulatedProperty([plain, plain]).map((y) => y - formula(0, 0, 0, 0, 0));
    const found = simulatedProperty([plain, rich]);
    expect(found[1]! - noise[1]!).toBeCloseTo(formula(2, 120, 1, 2, 3), 12);
    expect(noise[0]).not.toBe(noise[1]);
  });

  it("has noise of standard deviation 0.3", () => {
    const values = simulatedProperty(Array.from({ length: 4000 }, () => row({})));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, y) => sum + (y - mean) ** 2, 0) / values.length);
    expect(Math.abs(sd - 0.3)).toBeLessThan(0.015);
  });

  it("depends on descriptors that are auxiliary tasks, and says so by name", () => {
    expect(CHOSEN_DESCRIPTORS.every((name) => DESCRIPTOR_NAMES.includes(name))).toBe(true);
  });
});
