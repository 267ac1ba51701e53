import { column } from "@outrigger/core/data/column";
import { array, leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { type Compiled, compile } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import type { Params } from "@outrigger/core/train/model";
import { regression } from "@outrigger/core/train/task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { beforeAll, describe, expect, it } from "vitest";
import { graphBatches, type HostGraphBatch } from "../src/batch/graph-batches.ts";
import { moleculeGraphs } from "../src/feature/featurize.ts";
import { fingerprintMlp } from "../src/model/fingerprint-mlp.ts";
import { gin } from "../src/model/gin.ts";
import type { MoleculeGraph } from "../src/molecule/molecule-graph.ts";

const smiles = [
  "CCO",
  "c1ccccc1C(=O)O",
  "C",
  "OCC",
  "CC(C)(C)Cl",
  "C/C=C/C",
  "C/C=C\\C",
  "CCN(CC)CC",
  "[Na+].[Cl-]",
];
let graphs: MoleculeGraph[];
beforeAll(async () => {
  graphs = await moleculeGraphs(smiles, { cache: false });
});

const tasks = ["y", "z"];
const model = gin({ tasks, width: 12, depth: 3, dropout: 0 });
/** Random heads and a random virtual node: with zeros a mistake could hide. */
function params(): Params {
  const made = model.init(Random.seeded(1, "init"));
  const noise = Random.seeded(2, "noise");
  for (const { data } of leaves<NDArray>(made as Tree<NDArray>)) {
    for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0.1 * noise.normal();
  }
  return made;
}
const host = (rows: readonly number[], batchSize: number, slack: number): HostGraphBatch[] => {
  const label = column("row", Array.from(smiles.keys()));
  return [...graphBatches({ graphs, columns: { y: label }, rows, batchSize, slack }).epoch(null)];
};
const apply = (options: object): Compiled =>
  compile(((p: never, batch: never) => model.apply(p, batch, { training: false })) as never, options);

/** Outputs by molecule, however they were batched. */
async function outputs(batches: readonly HostGraphBatch[], options: object): Promise<number[]> {
  const found: number[] = [];
  const run = apply(options);
  for (const batch of batches) {
    const { y } = (await run(params() as Tree<NDArray>, batch as unknown as Tree<NDArray>)) as { y: NDArray };
    batch.labels["y"]!.data.forEach((row, i) => {
      if (batch.masks["y"]!.data[i] === 1) found[row] = y.data[i]!;
    });
  }
  await run.dispose();
  return found;
}
const all = Array.from(smiles.keys());
const largestGap = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe("gin", () => {
  it("gives a molecule the same output alone, in any batch and with any padding", async () => {
    const options = { runtime: "onnx", threads: 1 };
    const together = await outputs(host(all, 9, 0), options);
    expect(together).toHaveLength(smiles.length);
    expect(largestGap(await outputs(host(all, 2, 6), options), together)).toBeLessThan(1e-5);
    expect(largestGap(await outputs(host(all, 16, 40), options), together)).toBeLessThan(1e-5);
    expect(together.every(Number.isFinite)).toBe(true);
  });

  it("does not depend on the order of atoms, and tells stereo isomers apart", async () => {
    const found = await outputs(host(all, 9, 0), { runtime: "onnx", threads: 1 });
    expect(Math.abs(found[0]! - found[3]!)).toBeLessThan(1e-5);
    expect(Math.abs(found[5]! - found[6]!)).toBeGreaterThan(1e-4);
  });

  it("is the same on ONNX Runtime and on tfjs", async () => {
    const batches = host(all, 4, 1);
    const onnx = await outputs(batches, { runtime: "onnx", threads: 1 });
    expect(largestGap(await outputs(batches, { runtime: "tfjs", device: "cpu" }), onnx)).toBeLessThan(1e-5);
  });

  it("lets atoms that are not bonded hear of each other through the virtual node, and not without it", async () => {
    const salts = await moleculeGraphs(["[Na+].[Cl-]", "[Na+].[Br-]", "[K+].[Cl-]", "[K+].[Br-]"], {
      cache: false,
    });
    // Without exchange the mean is a sum of one term an ion, so exchanging the halogen changes both salts by the same amount.
    const interaction = async (depth: number): Promise<number> => {
      const small = gin({ tasks: ["y"], width: 8, depth, dropout: 0 });
      const columns = { y: column("row", [0, 1, 2, 3]) };
      const [batch] = [
        ...graphBatches({ graphs: salts, columns, rows: [0, 1, 2, 3], batchSize: 4 }).epoch(null),
      ];
      const run = compile(((p: never, b: never) => small.apply(p, b, { training: false })["y"]!) as never, {
        runtime: "onnx",
        threads: 1,
      });
      const p = small.init(Random.seeded(3, "init")) as Tree<NDArray>;
      const { data } = (await run(p, batch as unknown as Tree<NDArray>)) as NDArray;
      await run.dispose();
      const y = Array.from(batch!.labels["y"]!.data, (_, i) => data[batch!.labels["y"]!.data.indexOf(i)]!);
      return Math.abs(y[0]! - y[1]! - y[2]! + y[3]!);
    };
    expect(await interaction(1)).toBeLessThan(1e-6);
    expect(await interaction(2)).toBeGreaterThan(1e-3);
  });

  it("learns a label by heart", async () => {
    const label = column(
      "size",
      Array.from(graphs, ({ atomCount }) => (atomCount - 5) / 3),
    );
    const source = graphBatches({ graphs, columns: { y: label }, rows: all, batchSize: 5 });
    const fitted = await fit(gin({ tasks: ["y"], width: 16, depth: 2, dropout: 0.1 }) as never, {
      tasks: [regression({ name: "y", role: "primary" })] as never,
      method: singleTask(),
      optimizer: adam({ learningRate: 0.01 }),
      train: source as never,
      validation: source as never,
      epochs: 120,
      seed: 0,
      threads: 1,
      progress: "none",
    });
    const errors = fitted.history.map(({ validation }) => validation["y"]!["rmse"]!);
    expect(errors[0]!).toBeGreaterThan(0.5);
    expect(Math.min(...errors)).toBeLessThan(0.1);
    await fitted.dispose();
  });
});

describe("fingerprintMlp", () => {
  it("reads fingerprints and further inputs, one output a task", async () => {
    const perceptron = fingerprintMlp({ tasks, bits: 16, width: 6, dropout: 0.5, extra: 2 });
    const p = perceptron.init(Random.seeded(0, "init")) as Tree<NDArray>;
    const run = compile(((q: never, b: never) => perceptron.apply(q, b, { training: false })) as never, {
      runtime: "onnx",
      threads: 1,
    });
    const fingerprint = array(
      Float32Array.from({ length: 48 }, (_, i) => (i % 3 === 0 ? 1 : 0)),
      [3, 16],
    );
    const outputsFor = async (extra: number[]): Promise<Record<string, NDArray>> => {
      const batch = { inputs: { fingerprint, extra: array(extra, [3, 2]) }, labels: {}, masks: {} };
      return (await run(p, batch as never)) as never;
    };
    const plain = await outputsFor([0, 0, 0, 0, 0, 0]);
    const pushed = await outputsFor([0, 0, 5, -5, 0, 0]);
    expect(Object.keys(plain)).toEqual(tasks);
    expect(plain["y"]!.shape).toEqual([3, 1]);
    expect(pushed["y"]!.data[0]).toBe(plain["y"]!.data[0]);
    expect(pushed["y"]!.data[1]).not.toBe(plain["y"]!.data[1]);
    await run.dispose();
  });
});
