import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { type Compiled, compile, grad } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import type { ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { moleculeGraphs } from "../src/feature/featurize.ts";
import { attentiveFp } from "../src/model/attentive-fp.ts";
import { dMpnn } from "../src/model/d-mpnn.ts";
import { gcn } from "../src/model/gcn.ts";
import { gin } from "../src/model/gin.ts";
import type { GraphModel } from "../src/model/graph-model.ts";
import type { Graphs } from "../src/model/graphs.ts";
import type { MoleculeGraph } from "../src/molecule/molecule-graph.ts";
import {
  byMolecule,
  edgesReordered,
  largestGap,
  MOLECULES,
  noisyParams,
  oneBatch,
  paddingFilled,
  renumbered,
} from "./fixtures/graph-runs.ts";

let graphs: MoleculeGraph[];
beforeAll(async () => {
  graphs = await moleculeGraphs(MOLECULES, { cache: false });
});

const sizes = { tasks: ["y"], width: 8, depth: 3 };
const MODELS: Readonly<Record<string, (dropout: number) => GraphModel>> = {
  "gin with virtual node": (dropout) => gin({ ...sizes, dropout }),
  "gin without virtual node": (dropout) => gin({ ...sizes, dropout, virtualNode: false }),
  "gcn with virtual node": (dropout) => gcn({ ...sizes, dropout }),
  "gcn without virtual node": (dropout) => gcn({ ...sizes, dropout, virtualNode: false }),
  "d-mpnn with mean": (dropout) => dMpnn({ ...sizes, dropout }),
  "d-mpnn with sum": (dropout) => dMpnn({ ...sizes, dropout, readout: "sum" }),
  "attentive-fp": (dropout) => attentiveFp({ ...sizes, dropout }),
};
const onnx = { runtime: "onnx", device: "cpu", threads: 1 } as const;

const evaluated = (model: GraphModel): Compiled =>
  compile(
    ((p: ParamsTensors, batch: ColumnBatch<Graphs>) =>
      model.apply(p, batch, { training: false })["y"]) as never,
    onnx,
  );
const run = async (compiled: Compiled, params: unknown, batch: unknown): Promise<NDArray> =>
  (await compiled(params as Tree<NDArray>, batch as Tree<NDArray>)) as NDArray;

describe.each(Object.entries(MODELS))("%s", (_, make) => {
  const model = make(0);
  const params = noisyParams(model);

  it("does not depend on the order of atoms, bonds, their ends and edges, nor on what stands in the padding", async () => {
    const turn = Random.seeded(7, "order");
    const all = [...graphs, ...graphs.map((each) => renumbered(each, turn))];
    const batch = oneBatch(all);
    const compiled = evaluated(model);
    const outputs = async (given: typeof batch): Promise<number[]> =>
      byMolecule(given, (await run(compiled, params, given)).data);
    const found = await outputs(batch);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(largestGap(found.slice(0, graphs.length), found.slice(graphs.length))).toBeLessThan(1e-5);
    expect(largestGap(await outputs(edgesReordered(batch, turn)), found)).toBeLessThan(1e-5);
    expect(largestGap(await outputs(paddingFilled(batch, 1e3)), found)).toBe(0);
    const spread = Math.max(...found) - Math.min(...found);
    expect(spread).toBeGreaterThan(1e-3);
    await compiled.dispose();
  });

  it("gives a molecule the same output in another batch with other padding, alone and without any bond", async () => {
    const batches = [oneBatch(graphs), oneBatch([graphs[2]!, graphs[1]!], 5, 30), oneBatch([graphs[6]!], 0)];
    const found: number[][] = [];
    for (const batch of batches) {
      const compiled = evaluated(model);
      found.push(byMolecule(batch, (await run(compiled, params, batch)).data));
      await compiled.dispose();
    }
    const [all, pair, alone] = found as [number[], number[], number[]];
    expect(largestGap(pair, [all[2]!, all[1]!])).toBeLessThan(1e-5);
    expect(largestGap(alone, [all[6]!])).toBeLessThan(1e-5);
  });

  it("gives every parameter a finite gradient, to which padding adds nothing", async () => {
    const loss = (p: ParamsTensors, batch: ColumnBatch<Graphs>): tf.Tensor => {
      const y = tf.reshape(model.apply(p, batch, { training: true })["y"]!, [-1]);
      return tf.sum(tf.mul(tf.square(tf.sub(y, batch.labels["y"]!)), batch.masks["y"]!));
    };
    const compiled = compile(
      ((p: ParamsTensors, batch: ColumnBatch<Graphs>) =>
        grad(((q: ParamsTensors) => loss(q, batch)) as never)(p as never)) as never,
      onnx,
    );
    const batch = oneBatch(graphs);
    const gradients = async (given: typeof batch): Promise<NDArray[]> =>
      leaves<NDArray>(await compiled(params as Tree<NDArray>, given as never));
    const found = await gradients(batch);
    expect(found).toHaveLength(leaves(params as Tree<NDArray>).length);
    expect(found.every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect(found.findIndex(({ data }) => data.every((value) => value === 0))).toBe(-1);
    const polluted = await gradients(paddingFilled(batch, 1e3));
    expect(Math.max(...found.map(({ data }, i) => largestGap(data, polluted[i]!.data)))).toBe(0);
    await compiled.dispose();
  });

  it("drops values in training only", async () => {
    const dropped = make(0.5);
    const batch = oneBatch(graphs);
    const compiled = compile(
      ((p: ParamsTensors, b: ColumnBatch<Graphs>) => ({
        training: dropped.apply(p, b, { training: true })["y"],
        evaluation: dropped.apply(p, b, { training: false })["y"],
        without: model.apply(p, b, { training: true })["y"],
      })) as never,
      { ...onnx, random: Random.seeded(4, "dropout") },
    );
    const draw = async () =>
      (await compiled(params as Tree<NDArray>, batch as never)) as unknown as Record<string, NDArray>;
    const [first, second] = [await draw(), await draw()];
    expect(largestGap(first["training"]!.data, second["training"]!.data)).toBeGreaterThan(1e-3);
    expect(first["evaluation"]!.data).toEqual(second["evaluation"]!.data);
    expect(first["evaluation"]!.data).toEqual(first["without"]!.data);
    await compiled.dispose();
  });
});
