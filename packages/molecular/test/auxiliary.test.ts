import { column } from "@outrigger/core/data/column";
import { describe, expect, it } from "vitest";
import {
  CHOSEN_DESCRIPTORS,
  correlation,
  correlationWeights,
  descriptorColumns,
  selectDescriptors,
} from "../src/auxiliary/descriptor-tasks.ts";
import { DESCRIPTOR_NAMES } from "../src/feature/descriptors.ts";

const clogP = DESCRIPTOR_NAMES.indexOf("CrippenClogP");
const spiro = DESCRIPTOR_NAMES.indexOf("NumSpiroAtoms");
/** Ten molecules; every descriptor varies but NumSpiroAtoms, which varies in the test row 9 only. */
const rows = Array.from({ length: 10 }, (_, i) =>
  DESCRIPTOR_NAMES.map((_, d) => (d === spiro ? (i === 9 ? 1 : 0) : Math.sin(i * (d + 1)))),
);
const train = [0, 1, 2, 3, 4, 5, 6, 7];

describe("selectDescriptors", () => {
  it("takes the five, or all that vary in training", () => {
    expect(selectDescriptors("chosen", rows, train, 0)).toEqual(CHOSEN_DESCRIPTORS);
    const all = selectDescriptors("all", rows, train, 0);
    expect(all).toHaveLength(42);
    expect(all).not.toContain("NumSpiroAtoms");
  });

  it("draws five others by the seed, never a chosen one and never a constant one", () => {
    const draws = Array.from({ length: 30 }, (_, seed) => selectDescriptors("random", rows, train, seed));
    for (const drawn of draws) {
      expect(new Set(drawn).size).toBe(5);
      expect(drawn.some((name) => CHOSEN_DESCRIPTORS.includes(name) || name === "NumSpiroAtoms")).toBe(false);
    }
    expect(selectDescriptors("random", rows, train, 3)).toEqual(draws[3]);
    expect(new Set(draws.map(String)).size).toBeGreaterThan(25);
  });
});

describe("descriptorColumns", () => {
  it("standardises with the training molecules alone", () => {
    const { CrippenClogP: found } = descriptorColumns(rows, ["CrippenClogP"], train);
    const mean = train.reduce((sum, i) => sum + found!.values[i]!, 0) / train.length;
    const square = train.reduce((sum, i) => sum + found!.values[i]! ** 2, 0) / train.length;
    expect(mean).toBeCloseTo(0, 12);
    expect(square).toBeCloseTo(1, 12);
    const changed = rows.map((row, i) => (i === 9 ? row.map(() => 0.5) : row));
    const again = descriptorColumns(changed, ["CrippenClogP"], train).CrippenClogP!;
    expect(again.values.slice(0, 9)).toEqual(found!.values.slice(0, 9));
    expect(again.values[9]).not.toBe(found!.values[9]);
  });

  it("clips outliers at ten standard deviations", () => {
    const wild = rows.map((row, i) => row.map((v, d) => (d === clogP && i > 7 ? (i === 8 ? 1e6 : -1e6) : v)));
    const { values } = descriptorColumns(wild, ["CrippenClogP"], train).CrippenClogP!;
    expect([values[8], values[9]]).toEqual([10, -10]);
  });

  it("refuses unknown names and descriptors that are constant in training", () => {
    expect(() => descriptorColumns(rows, ["logP"], train)).toThrow(/no descriptor "logP"/);
    expect(() => descriptorColumns(rows, ["NumSpiroAtoms"], train)).toThrow(/one value only/);
  });
});

describe("correlationWeights", () => {
  const y = column("y", [1, 2, 3, 4, 100]);
  const same = column("same", [2, 4, 6, 8, -100]);
  const opposite = column("opposite", [4, 3, 2, 1, 0]);
  const none = column("none", [1, -1, -1, 1, 50]);

  it("is Pearson's r over the rows given, and blind to missing labels", () => {
    expect(correlation(y, same, [0, 1, 2, 3])).toBeCloseTo(1, 12);
    expect(correlation(y, opposite, [0, 1, 2, 3])).toBeCloseTo(-1, 12);
    expect(correlation(y, none, [0, 1, 2, 3])).toBeCloseTo(0, 12);
    expect(correlation(y, column("gap", [2, 4, null, 8, 0]), [0, 1, 2, 3])).toBeCloseTo(1, 12);
    expect(correlation(y, column("flat", [7, 7, 7, 7, 7]), [0, 1, 2, 3])).toBe(0);
  });

  it("shares K among the auxiliaries by |r|", () => {
    const weights = correlationWeights(y, [same, opposite, none], [0, 1, 2, 3]);
    expect(weights.map((w) => Math.round(w * 1e9) / 1e9)).toEqual([1.5, 1.5, 0]);
    expect(correlationWeights(y, [none], [0, 1, 2, 3])).toEqual([1]);
  });
});
