import { describe, expect, it } from "vitest";
import { MOLECULE_SOURCES } from "../src/data/sources.ts";
import { besidePublished, PUBLISHED, spreadOf } from "../src/experiment/published.ts";

describe("published numbers", () => {
  it("are of datasets that there are, within what their metric can be", () => {
    expect(PUBLISHED).toHaveLength(16);
    for (const { values } of PUBLISHED) {
      expect(Object.keys(values).length).toBeGreaterThanOrEqual(5);
      for (const [name, { mean, sd }] of Object.entries(values)) {
        const { kind } = MOLECULE_SOURCES[name]!;
        expect(mean).toBeGreaterThan(0.5);
        expect(mean).toBeLessThan(kind === "classification" ? 1 : 6);
        expect(sd).toBeLessThan(0.8);
      }
    }
  });

  it("are read as printed", () => {
    const found = (model: string) => PUBLISHED.find((row) => row.model === model)!.values;
    expect(found("D-MPNN")["esol"]).toEqual({ mean: 1.05, sd: 0.008 });
    expect(found("D-MPNN")["bace"]!.mean).toBeCloseTo(0.809, 12);
    expect(found("GraphMVP")["freesolv"]).toBeUndefined();
    expect(found("GraphMVP")["lipophilicity"]).toEqual({ mean: 0.681, sd: 0.01 });
    expect(found("MGCN")["esol"]).toBeUndefined();
  });

  it("stand in one table with ours, best first, each with its split and seeds", () => {
    const table = besidePublished("bace", [{ row: "gin / uniform", values: [0.8, 0.84] }]).split("\n");
    const models = table.slice(2, -2).map((line) => line.split("|")[1]!.trim());
    expect(models).toHaveLength(17);
    expect(models[0]).toBe("GEM+InstructMol");
    // 0.820 lies between MolCLR (0.824) and GraphMVP (0.812).
    const place = models.indexOf("**gin / uniform** (ours)");
    expect([models[place - 1], models[place + 1]]).toEqual(["MolCLR", "GraphMVP"]);
    expect(table.find((line) => line.includes("ours"))).toContain(
      "0.820 (0.028) | 2 | scaffold split of OGB",
    );
    expect(table.find((line) => line.includes("D-MPNN"))).toContain("| 3 | scaffold split 8:1:1");
    const errors = besidePublished("esol", []).split("\n");
    expect(errors[2]).toContain("GEM+InstructMol | 0.761 (0.043)");
  });
});

describe("spreadOf", () => {
  it("is mean and deviation", () => {
    expect(spreadOf([1, 3])).toEqual({ mean: 2, sd: Math.SQRT2 });
    expect(spreadOf([4])).toEqual({ mean: 4, sd: 0 });
  });
});
