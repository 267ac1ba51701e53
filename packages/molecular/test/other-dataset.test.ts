import { column } from "@outrigger/core/data/column";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinDataset, readMolecules, withoutLabels } from "../src/index.ts";

const primary = {
  name: "ours",
  smiles: ["OCC", "CCC", "CCN", "CCCl"],
  canonical: ["CCO", "CCC", "CCN", "CCCl"],
};
type Labels = readonly (number | null)[];
const other = (canonical: readonly string[], targets: Readonly<Record<string, Labels>>) => ({
  name: "theirs",
  smiles: canonical,
  canonical,
  targets: Object.fromEntries(
    Object.entries(targets).map(([name, labels]) => [
      name,
      {
        values: Float64Array.from(labels, (label) => label ?? 0),
        present: Uint8Array.from(labels, (label) => Number(label !== null)),
      },
    ]),
  ),
});

describe("joinDataset", () => {
  it("lays labels along the primary's molecules by canonical SMILES", () => {
    const { labels, appended, smiles, notes } = joinDataset(
      primary,
      other(["CCN", "CCO", "CO"], { mp: [7, null, 9], bp: [1, 2, 3] }),
    );
    expect(labels["bp"]).toEqual({ column: column("bp", [2, null, 1, null]), share: 0.5 });
    expect(labels["mp"]).toEqual({ column: column("mp", [null, null, 7, null]), share: 0.25 });
    expect([appended, smiles]).toEqual([[], primary.smiles]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^"mp" of theirs shares 25\.0 % of the training molecules with the primary \(1 of 4\), under 40\.0 %/,
    );
  });

  it("appends the molecules that the primary has not, once each, as training rows; never one of the primary's", () => {
    const theirs = other(["CCO", "CO", "CO", "CC", "C"], { bp: [1, 2, 4, 5, null] });
    const { labels, appended, smiles, canonical, notes } = joinDataset(primary, theirs, { append: true });
    expect(canonical).toEqual([...primary.canonical, "CO", "CC"]);
    expect(smiles).toEqual([...primary.smiles, "CO", "CC"]);
    expect(appended).toEqual([4, 5]);
    expect(labels["bp"]!.column).toEqual(column("bp", [1, null, null, null, 3, 5]));
    // One molecule has both labels, six have either.
    expect(labels["bp"]!.share).toBe(1 / 6);
    expect(notes[0]).toContain("shares 16.7 %");
  });

  it("counts the share over training molecules", () => {
    const theirs = other(["CCO", "CCC"], { bp: [1, 2] });
    const share = (train: readonly number[]): number =>
      joinDataset(primary, theirs, { train }).labels["bp"]!.share;
    expect([share([0, 1]), share([0, 2]), share([2, 3])]).toEqual([1, 0.5, 0]);
  });

  it("warns under 40 % and not at 40 %", () => {
    const ten = Array.from({ length: 10 }, (_, i) => "C".repeat(i + 1));
    const ours = { name: "ours", smiles: ten, canonical: ten };
    const notes = (shared: number): number =>
      joinDataset(ours, other(ten.slice(0, shared), { bp: ten.slice(0, shared).map((_, i) => i) })).notes
        .length;
    expect([3, 4, 5].map(notes)).toEqual([1, 0, 0]);
  });

  it("averages measurements of one molecule, and drops a class that its rows disagree about, with a note", () => {
    const theirs = other(["CCO", "CCO", "CCC", "CCC", "CCN", "CCN"], {
      bp: [1, 2, 5, 5, null, 7],
      toxic: [0, 1, 1, 1, 0, null],
    });
    const { labels, notes } = joinDataset(primary, theirs);
    expect(labels["bp"]!.column).toEqual(column("bp", [1.5, 5, 7, null]));
    expect(labels["toxic"]!.column).toEqual(column("toxic", [null, 1, 0, null]));
    expect(notes).toEqual([
      '1 molecules of theirs have rows that disagree about "toxic"; they get no such label.',
    ]);
  });

  it("refuses unknown targets, and datasets that have nothing to say", () => {
    const theirs = other(["CO"], { bp: [1] });
    expect(() => joinDataset(primary, theirs, { targets: ["mp"] })).toThrow(
      /no target "mp"; its targets are bp/,
    );
    expect(() => joinDataset(primary, theirs)).toThrow(
      /No molecule of ours has a label "bp" in theirs.*append/,
    );
  });

  it("keeps every label in its place, whatever overlaps", () => {
    const molecules = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(molecules, molecules, fc.boolean(), (ours, theirs, append) => {
        fc.pre(append || ours.some((m) => theirs.includes(m)));
        const names = (list: readonly number[]): string[] => list.map((m) => "C".repeat(m));
        const joined = joinDataset(
          { name: "ours", smiles: names(ours), canonical: names(ours) },
          other(names(theirs), { length: theirs }),
          { append },
        );
        const { column: length, share } = joined.labels["length"]!;
        fc.pre(length.mask.includes(1));
        const both = ours.filter((m) => theirs.includes(m)).length;
        expect(joined.canonical).toHaveLength(length.values.length);
        expect(joined.canonical.slice(0, ours.length)).toEqual(names(ours));
        for (const [row, molecule] of joined.canonical.entries()) {
          const has = theirs.includes(molecule.length);
          expect([length.mask[row], length.values[row]]).toEqual(has ? [1, molecule.length] : [0, 0]);
        }
        expect(new Set(joined.canonical).size).toBe(joined.canonical.length);
        expect(joined.appended).toHaveLength(append ? theirs.length - both : 0);
        expect(share).toBe(both / (ours.length + joined.appended.length));
      }),
    );
  });

  it("matches tables as they are read, however their SMILES are written", async () => {
    const ours = await readMolecules({ text: "smiles,logS\nOCC,1\nc1ccccc1,2\n" }, { targets: ["logS"] });
    const theirs = await readMolecules(
      { text: "smiles,bp\nC1=CC=CC=C1,80\nC(C)O,78\n" },
      { targets: ["bp"] },
    );
    expect([...joinDataset(ours, theirs).labels["bp"]!.column.values]).toEqual([78, 80]);
  });
});

describe("withoutLabels", () => {
  it("masks the primary on the appended rows", () => {
    expect(withoutLabels(column("y", [1, null, 3]), 5)).toEqual(column("y", [1, null, 3, null, null]));
    expect(() => withoutLabels(column("y", [1, 2]), 1)).toThrow(/cannot be continued to 1/);
  });
});
