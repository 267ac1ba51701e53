import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { type Compiled, compile, grad } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import type { ParamsTensors } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { HostGraphBatch } from "../src/batch/graph-batches.ts";
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

const sizes = { tasks: ["y"], width: 8, depth: 2 };
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
describe.each(Object.entries(MODELS))("%s", (_, make) => {
  const model = make(0);
  const params = noisyParams(model);
  const turn = Random.seeded(7, "order");
  let batch: HostGraphBatch;
  let compiled: Compiled;
  let found: number[];
  const outputs = async (run: Compiled, given: HostGraphBatch): Promise<number[]> => {
    const { data } = (await run(params as Tree<NDArray>, given as never)) as NDArray;
    return byMolecule(given, data);
  };
  beforeAll(async () => {
    batch = oneBatch([...graphs, ...graphs.map((each) => renumbered(each, turn))]);
    compiled = evaluated(model);
    found = await outputs(compiled, batch);
    return () => compiled.dispose();
  });

  it("tells molecules apart, and does not depend on the order of their atoms and bonds and the ends of bonds", () => {
    expect(found.every(Number.isFinite)).toBe(true);
    expect(new Set(found.slice(0, graphs.length).map((y) => y.toFixed(4))).size).toBe(graphs.length);
    expect(largestGap(found.slice(0, graphs.length), found.slice(graphs.length))).toBeLessThan(1e-5);
  });

  it("does not depend on the order of a batch's edges, nor on what stands in the padding", async () => {
    const reordered = await outputs(compiled, edgesReordered(batch, turn));
    expect(largestGap(reordered, found)).toBeLessThan(1e-5);
    expect(await outputs(compiled, paddingFilled(batch, 1e3))).toEqual(found);
  });

  it("gives a lone atom and ions the same output in a batch without any bond, and with other padding", async () => {
    const places = ["C", "[Na+].[Cl-]"].map((each) => MOLECULES.indexOf(each));
    const bare = oneBatch(
      places.map((at) => graphs[at]!),
      5,
      30,
    );
    expect(bare.inputs.target.data.every((id) => id === -1)).toBe(true);
    const run = evaluated(model);
    const alone = await outputs(run, bare);
    await run.dispose();
    expect(
      largestGap(
        alone,
        places.map((at) => found[at]!),
      ),
    ).toBeLessThan(1e-5);
  });

  it("gives every parameter a finite gradient, to which padding adds nothing", async () => {
    const loss = (p: ParamsTensors, batch: ColumnBatch<Graphs>): tf.Tensor => {
      const y = tf.reshape(model.apply(p, batch, { training: true })["y"]!, [-1]);
      return tf.sum(tf.mul(tf.square(tf.sub(y, batch.labels["y"]!)), batch.masks["y"]!));
    };
    const gradient = compile(
      ((p: ParamsTensors, batch: ColumnBatch<Graphs>) =>
        grad(((q: ParamsTensors) => loss(q, batch)) as never)(p as never)) as never,
      onnx,
    );
    const gradients = async (given: HostGraphBatch): Promise<NDArray[]> =>
      leaves<NDArray>(await gradient(params as Tree<NDArray>, given as never));
    const clean = await gradients(batch);
    expect(clean).toHaveLength(leaves(params as Tree<NDArray>).length);
    expect(clean.every(({ data }) => data.every(Number.isFinite))).toBe(true);
    expect(clean.findIndex(({ data }) => data.every((value) => value === 0))).toBe(-1);
    const polluted = await gradients(paddingFilled(batch, 1e3));
    expect(Math.max(...clean.map(({ data }, i) => largestGap(data, polluted[i]!.data)))).toBe(0);
    await gradient.dispose();
  });

  it("drops values in training only", async () => {
    const dropped = make(0.5);
    const both = compile(
      ((p: ParamsTensors, b: ColumnBatch<Graphs>) => ({
        training: dropped.apply(p, b, { training: true })["y"],
        evaluation: dropped.apply(p, b, { training: false })["y"],
        without: model.apply(p, b, { training: true })["y"],
      })) as never,
      { ...onnx, random: Random.seeded(4, "dropout") },
    );
    const draw = async () =>
      (await both(params as Tree<NDArray>, batch as never)) as unknown as Record<string, NDArray>;
    const [first, second] = [await draw(), await draw()];
    expect(largestGap(first["training"]!.data, second["training"]!.data)).toBeGreaterThan(1e-3);
    expect(first["evaluation"]!.data).toEqual(second["evaluation"]!.data);
    expect(first["evaluation"]!.data).toEqual(first["without"]!.data);
    await both.dispose();
  });
});
