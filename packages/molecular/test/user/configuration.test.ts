import { describe, expect, it } from "vitest";
import type { MoleculeTable } from "../../src/data/dataset.ts";
import { DESCRIPTOR_NAMES } from "../../src/feature/descriptors.ts";
import { configuration, differences } from "../../src/training/configuration.ts";
import { descriptorInputs, scaledInputs } from "../../src/training/descriptor-inputs.ts";
import { targetsOf } from "../../src/training/targets.ts";

describe("a configuration", () => {
  it("needs targets only, survives JSON, and is its own configuration", () => {
    const made = configuration({ targets: ["logS"] });
    expect(configuration(JSON.parse(JSON.stringify(made)))).toEqual(made);
    expect(made).toMatchObject({ auxiliary: "none", inputs: "descriptors", ensemble: 5, level: 0.9 });
  });

  it.each([
    [{ targets: [] }, /targets is \[\]/],
    [{ targets: ["y"], epochs: 0 }, /epochs is 0/],
    [{ targets: ["y"], level: 1 }, /level is 1/],
    [{ targets: ["y"], model: { name: "transformer" } }, /model\.name is "transformer"/],
    [{ targets: ["y"], split: { variant: "scafold" } }, /split\.variant is "scafold".*balanced/],
    [null, /expected object/],
    [{ targets: ["y"], model: { name: "gin", width: 1e9 } }, /model\.width is 1000000000/],
    [{ targets: ["y"], epoch: 3 }, /Unrecognized key: "epoch"\. Did you mean "epochs"\?/],
  ])("%j is refused, naming the option", (given, said) => {
    expect(() => configuration(given as never)).toThrow(said);
  });

  it("differs from another by the paths that are not the same", () => {
    const a = configuration({ targets: ["y"] });
    const b = configuration({
      targets: ["y"],
      seed: 1,
      split: { seed: 2 },
      model: { name: "gin", width: 8 },
    });
    expect(a.model).toEqual({ name: "gin", width: 128, depth: 5, dropout: 0, virtualNode: true });
    expect(differences(a, b)).toEqual(["model.width", "seed", "split.seed"]);
    expect(differences(a, a)).toEqual([]);
  });
});

describe("targets", () => {
  const table = (values: readonly (number | null)[]): MoleculeTable => ({
    name: "t.csv",
    smiles: values.map(() => "C"),
    canonical: values.map(() => "C"),
    index: values.map((_, i) => i),
    rows: values.map((_, i) => i + 2),
    problems: [],
    targets: {
      y: {
        values: Float64Array.from(values, (value) => value ?? 0),
        present: Uint8Array.from(values, (value) => Number(value !== null)),
      },
    },
  });
  const split = { train: [0, 1, 2], validation: [3, 4], test: [5] };

  it("are standardised on the training molecules alone", () => {
    const [y] = targetsOf(table([1, 2, 3, 100, 200, 300]), ["y"], "auto", split);
    expect(y).toMatchObject({ kind: "regression", scaler: { mean: 2, sd: Math.sqrt(2 / 3) } });
    expect(y!.column.values[1]).toBe(0);
  });

  it("are classes where every label is 0 or 1, unless asked to be values", () => {
    const classes = table([0, 1, 0, 1, 0, null]);
    expect(targetsOf(classes, ["y"], "auto", split)[0]).toMatchObject({ kind: "classification" });
    expect(targetsOf(classes, ["y"], "regression", split)[0]).toMatchObject({ kind: "regression" });
  });

  it.each([
    [[1, 2, 3, null, null, 4], /"y" has no label among the 2 validation molecules\. .*--split-seed/],
    [[null, null, null, 1, 2, 4], /"y" has no label among the 3 training molecules/],
    [[0, 1, 0, 1, 1, 0], /"y" has one class only among the 2 validation molecules: all 2 labels are 1/],
    [[0, 0, 0, 1, 0, 0], /"y" has one class only among the 3 training molecules: all 3 labels are 0/],
  ])("of %j cannot be trained or chosen with", (values, said) => {
    expect(() => targetsOf(table(values), ["y"], "auto", split)).toThrow(said);
  });

  it("other than the first need no validation labels", () => {
    const both = table([1, 2, 3, 4, 5, 6]);
    const other = table([1, 2, 3, null, null, null]).targets["y"]!;
    const made = targetsOf({ ...both, targets: { ...both.targets, z: other } }, ["y", "z"], "auto", split);
    expect(made.map(({ name }) => name)).toEqual(["y", "z"]);
  });
});

describe("descriptors as inputs", () => {
  const rows = [1, 2, 3, 1e6].map((x) => DESCRIPTOR_NAMES.map((_, i) => (i === 0 ? x : i === 1 ? -x : 5)));

  it("are those that vary in training, scaled there and cut off at 10 standard deviations", () => {
    const made = descriptorInputs("descriptors", rows, [0, 1, 2]);
    expect(made.map(({ name }) => name)).toEqual(DESCRIPTOR_NAMES.slice(0, 2));
    const sd = Math.sqrt(2 / 3);
    expect([...scaledInputs(made, rows[0]!)]).toEqual([Math.fround(-1 / sd), Math.fround(1 / sd)]);
    expect([...scaledInputs(made, rows[3]!)]).toEqual([10, -10]);
    expect(descriptorInputs("none", rows, [0, 1, 2])).toEqual([]);
    expect(descriptorInputs([DESCRIPTOR_NAMES[1]!, DESCRIPTOR_NAMES[5]!], rows, [0, 1, 2])).toHaveLength(1);
  });
});
