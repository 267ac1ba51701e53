import { type Column, column } from "@outrigger/core/data/column";
import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import type { ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { describe, expect, it } from "vitest";
import { modelInputs } from "../src/batch/model-inputs.ts";
import { completeChoice, type ModelChoice, modelInput, moleculeModel } from "../src/model/molecule-model.ts";
import { MOLECULES } from "./fixtures/graph-runs.ts";

const CHOICES: readonly ModelChoice[] = [
  { name: "gin", width: 6, depth: 2 },
  { name: "gcn", width: 6, depth: 2, virtualNode: false },
  { name: "d-mpnn", width: 6, depth: 2 },
  { name: "attentive-fp", width: 6, depth: 1, steps: 1 },
  { name: "mlp", width: 6, bits: 64 },
];
const rows = Array.from(MOLECULES.keys());
const size = column(
  "size",
  rows.map((row) => row / 4 - 1),
);

describe.each(CHOICES.map((choice) => [choice.name, choice] as const))("%s", (name, choice) => {
  it("reads the inputs made for it, with and without further numbers", async () => {
    for (const extra of [{}, { a: size, b: size }] as Record<string, Column>[]) {
      const inputs = await modelInputs(choice, MOLECULES, extra);
      const { model, graph } = moleculeModel(choice, {
        tasks: ["y", "z"],
        extra: Object.keys(inputs.extra).length,
      });
      expect(graph === undefined).toBe(name === "mlp");
      const source = inputs.batches({ columns: { y: size, z: size }, rows, batchSize: 10 });
      expect([...source.rows].sort((a, b) => a - b)).toEqual(rows);
      const [batch] = [...source.epoch(null)];
      const compiled = compile(
        ((p: ParamsTensors, b: ColumnBatch) => model.apply(p, b, { training: false })) as never,
        { runtime: "onnx", device: "cpu", threads: 1 },
      );
      const params = model.init(Random.seeded(0, "init")) as Tree<NDArray>;
      const found = (await compiled(params, batch as never)) as unknown as Record<string, NDArray>;
      await compiled.dispose();
      expect(Object.keys(found)).toEqual(["y", "z"]);
      expect(found["y"]!.shape).toEqual([10, 1]);
      expect(leaves<NDArray>(found as never).every(({ data }) => data.every(Number.isFinite))).toBe(true);
    }
  });

  it("starts from the same parameters for the same stream only", () => {
    const make = (seed: number) =>
      leaves<NDArray>(
        moleculeModel(choice, { tasks: ["y"] }).model.init(Random.seeded(seed, "init")) as never,
      );
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
  });
});

describe("the choice of a model", () => {
  it("says what a model reads", () => {
    expect(modelInput({ name: "d-mpnn" })).toBe("graph");
    expect(modelInput({ name: "mlp" })).toEqual({ fingerprint: "morgan", bits: 2048 });
    expect(modelInput({ name: "mlp", fingerprint: "maccs" as never })).toEqual({
      fingerprint: "maccs",
      bits: 168,
    });
  });

  it("is refused when there is no such model, or with sizes that are none", async () => {
    const unknown = { name: "transformer" } as never;
    expect(() => moleculeModel(unknown, { tasks: ["y"] })).toThrow(
      /no model "transformer"; choose one of gin, gcn, d-mpnn/,
    );
    await expect(modelInputs(unknown, MOLECULES)).rejects.toThrow(/no model "transformer"/);
    const misspelt = { name: "gin", depht: 3 } as never;
    expect(() => moleculeModel(misspelt, { tasks: ["y"] })).toThrow(/no option "depht".*width, depth/);
    const norm = { name: "d-mpnn", readout: "norm" } as never;
    expect(() => moleculeModel(norm, { tasks: ["y"] })).toThrow(/no readout "norm"; choose one of mean, sum/);
    const short = { name: "mlp", fingerprint: "maccs", bits: 8 } as const;
    expect(() => completeChoice(short)).toThrow(/maccs fingerprint always has 168 bits, not 8/);
    expect(completeChoice({ ...short, bits: 168 })).toMatchObject({ bits: 168 });
    for (const name of ["gin", "gcn", "d-mpnn", "attentive-fp"] as const) {
      expect(() => moleculeModel({ name, depth: 0 }, { tasks: ["y"] })).toThrow(/depth is 0/);
      expect(() => moleculeModel({ name, width: 1.5 }, { tasks: ["y"] })).toThrow(/width is 1.5/);
      expect(() => moleculeModel({ name, dropout: 1 }, { tasks: ["y"] })).toThrow(/rate is 1/);
    }
  });

  it("is written out in full, what was given first, and completing twice changes nothing", () => {
    const full = completeChoice({ name: "gin", depth: 2, width: undefined });
    expect(full).toEqual({ name: "gin", width: 128, depth: 2, dropout: 0, virtualNode: true });
    for (const choice of CHOICES) {
      const completed = completeChoice({ name: choice.name });
      expect(completeChoice(completed)).toEqual(completed);
      expect(modelInput(completed)).toEqual(modelInput({ name: choice.name }));
    }
  });

  it("asks for a label in the rows when told to", async () => {
    const inputs = await modelInputs(CHOICES[0]!, MOLECULES);
    const columns = {
      y: column(
        "y",
        rows.map(() => null),
      ),
    };
    expect([...inputs.batches({ columns, rows, batchSize: 4 }).epoch(null)]).toHaveLength(2);
    const request = { columns, rows, batchSize: 4, requireLabels: true };
    expect(() => inputs.batches(request)).toThrow(/no label/);
  });
});
