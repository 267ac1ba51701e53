import { column } from "@outrigger/core/data/column";
import { array, leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile, grad } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import { uniform } from "@outrigger/core/weighting/uniform";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { attributeMasking } from "../src/auxiliary/attribute-masking.ts";
import { motifTasks } from "../src/auxiliary/motif-tasks.ts";
import { graphBatches, type HostGraphBatch } from "../src/batch/graph-batches.ts";
import { moleculeGraphs } from "../src/feature/featurize.ts";
import type { Graphs } from "../src/model/graphs.ts";
import { moleculeModel } from "../src/model/molecule-model.ts";
import { ATOM_VOCABULARY, type MoleculeGraph } from "../src/molecule/molecule-graph.ts";
import { byMolecule, largestGap, MOLECULES, noisyParams, oneBatch } from "./fixtures/graph-runs.ts";

let graphs: MoleculeGraph[];
beforeAll(async () => {
  graphs = await moleculeGraphs(MOLECULES, { cache: false });
});

const { graph: base } = moleculeModel({ name: "gin", width: 8, depth: 2, dropout: 0 }, { tasks: ["y"] });
const onnx = { runtime: "onnx", device: "cpu", threads: 1 } as const;
const NAME = "attribute-masking";
const ELEMENTS = 119;
type Batch = ColumnBatch<Graphs>;

/** Outputs of the model made, in training and out of it, and those of the model before. */
async function outputsOf(
  share: number,
  batch: HostGraphBatch,
  draws: number,
  params = noisyParams(attributeMasking(base!).model),
) {
  const { model } = attributeMasking(base!, { share });
  const compiled = compile(
    ((p: ParamsTensors, b: Batch) => ({
      training: model.apply(p, b, { training: true }),
      evaluation: model.apply(p, b, { training: false }),
      before: base!.apply({ trunk: p.trunk, heads: { y: p.heads["y"]! } }, b, { training: true }),
    })) as never,
    { ...onnx, random: Random.seeded(1, "masks") },
  );
  const found = [];
  for (let i = 0; i < draws; i++)
    found.push(
      (await compiled(params as Tree<NDArray>, batch as never)) as unknown as Record<
        "training" | "evaluation" | "before",
        Record<string, NDArray>
      >,
    );
  await compiled.dispose();
  return found;
}

/** −log softmax at one place. */
const surprise = (logits: ArrayLike<number>, at: number): number =>
  Math.log(Array.from(logits).reduce((sum, v) => sum + Math.exp(v), 0)) - logits[at]!;

describe("attributeMasking", () => {
  it("leaves the other tasks as they were, and says nothing out of training", async () => {
    const [found] = await outputsOf(0.5, oneBatch(graphs), 1);
    expect(found!.training["y"]!.data).toEqual(found!.before["y"]!.data);
    expect(found!.evaluation["y"]!.data).toEqual(found!.before["y"]!.data);
    expect(found!.evaluation[NAME]!.data.every((v) => v === 0)).toBe(true);
  });

  it("asks for the elements of hidden atoms, which the network cannot see: cross-entropy by hand with all atoms hidden", async () => {
    const batch = oneBatch(graphs);
    const params = noisyParams(attributeMasking(base!).model);
    const head = params.heads[NAME] as unknown as {
      row: NDArray;
      element: { kernel: NDArray; bias: NDArray };
    };
    const { shape } = batch.inputs.atoms;
    const [atomCount, width] = shape as [number, number];
    const same = Float32Array.from({ length: atomCount * width }, (_, i) => head.row.data[i % width]!);
    const compiled = compile(
      ((p: ParamsTensors, b: Batch) => base!.atoms(p.trunk, b, { training: false })) as never,
      onnx,
    );
    const given = { ...batch, inputs: { ...batch.inputs, atoms: array(same, shape) } };
    const { data: h } = (await compiled(params as Tree<NDArray>, given as never)) as NDArray;
    await compiled.dispose();
    const { kernel, bias } = head.element;
    const sums = new Float64Array(batch.masks["y"]!.data.length);
    const counts = new Float64Array(sums.length);
    batch.inputs.graph.data.forEach((g, i) => {
      if (g === -1) return;
      const logits = Array.from(bias.data, (b, c) =>
        Array.from({ length: 8 }, (_, d) => h[i * 8 + d]! * kernel.data[d * ELEMENTS + c]!).reduce(
          (x, y) => x + y,
          b,
        ),
      );
      const element = batch.inputs.atoms.data.subarray(i * width, i * width + ELEMENTS).indexOf(1);
      sums[g]! += surprise(logits, element);
      counts[g]! += 1;
    });
    const [found] = await outputsOf(0.9999, batch, 1, params);
    const all = found!.training[NAME]!.data;
    const loss = Float64Array.from(sums, (sum, g) => sum / Math.max(1, counts[g]!));
    expect(
      largestGap(
        Array.from(loss.keys()).map((g) => all[2 * g]!),
        loss,
      ),
    ).toBeLessThan(1e-5);
    expect(Array.from(loss.keys()).map((g) => all[2 * g + 1]!)).toEqual(
      Array.from(counts, (n) => Math.min(1, n)),
    );
  });

  it("hides the share asked for, anew on each draw, and averages over hidden atoms only", async () => {
    const batch = oneBatch(graphs);
    const params = noisyParams(attributeMasking(base!).model);
    const { element } = params.heads[NAME] as unknown as { element: { kernel: NDArray; bias: NDArray } };
    element.kernel.data.fill(0);
    const draws = await outputsOf(0.15, batch, 400, params);
    const places = byMolecule(batch, Array.from(batch.masks["y"]!.data.keys()));
    // Sodium and chlorine: which of them was hidden shows in the loss.
    const salt = places[MOLECULES.indexOf("[Na+].[Cl-]")]!;
    const [sodium, chlorine] = [surprise(element.bias.data, 10), surprise(element.bias.data, 16)];
    const close = (x: number, y: number): boolean => Math.abs(x - y) < 1e-5;
    const cases = [0, 0, 0, 0];
    for (const { training } of draws) {
      const [loss, has] = [training[NAME]!.data[2 * salt]!, training[NAME]!.data[2 * salt + 1]!];
      const expected = [
        [0, 0],
        [sodium, 1],
        [chlorine, 1],
        [(sodium + chlorine) / 2, 1],
      ];
      const kind = expected.findIndex(([l, m]) => close(loss, l!) && has === m);
      expect(kind).toBeGreaterThanOrEqual(0);
      cases[kind]!++;
    }
    const share = (cases[1]! + cases[2]! + 2 * cases[3]!) / 800;
    expect(Math.abs(share - 0.15)).toBeLessThan(5 * Math.sqrt((0.15 * 0.85) / 800));
    expect(Math.min(cases[1]!, cases[2]!)).toBeGreaterThan(20);
  });

  it("gives a finite gradient to its head, the row of hidden atoms and the trunk, and none to other heads", async () => {
    const { model, task } = attributeMasking(base!, { share: 0.5 });
    const loss = (p: ParamsTensors, b: Batch): tf.Tensor => {
      const { values, mask } = task.loss(model.apply(p, b, { training: true })[NAME]!, b);
      return tf.sum(tf.mul(values, mask!));
    };
    const compiled = compile(
      ((p: ParamsTensors, b: Batch) =>
        grad(((q: ParamsTensors) => loss(q, b)) as never)(p as never)) as never,
      { ...onnx, random: Random.seeded(2, "masks") },
    );
    const found = (await compiled(
      noisyParams(model) as Tree<NDArray>,
      oneBatch(graphs) as never,
    )) as never as {
      trunk: { atom: NDArray };
      heads: Record<string, Tree<NDArray>>;
    };
    await compiled.dispose();
    const sizes = (tree: Tree<NDArray>): number[] =>
      leaves<NDArray>(tree).map(({ data }) => Math.max(...Array.from(data, Math.abs)));
    expect(
      [...sizes(found.heads[NAME]!), ...sizes(found.trunk as Tree<NDArray>)].every(Number.isFinite),
    ).toBe(true);
    expect(sizes(found.heads[NAME]!).every((size) => size > 0)).toBe(true);
    expect(sizes(found.trunk.atom).every((size) => size > 0)).toBe(true);
    expect(sizes(found.heads["y"]!).every((size) => size === 0)).toBe(true);
  });

  it("learns elements beside the primary, and the same again from the same seed", async () => {
    const rows = Array.from(graphs.keys());
    const columns = {
      y: column(
        "size",
        graphs.map(({ atomCount }) => (atomCount - 5) / 3),
      ),
    };
    const losses = async (epochs: number): Promise<number[]> => {
      const { model, task } = attributeMasking(base!, { share: 0.3 });
      const batches = graphBatches({ graphs, columns, rows, batchSize: 4 });
      const fitted = await fit(model, {
        tasks: [regression({ name: "y", role: "primary" }) as never, task],
        method: uniform(),
        optimizer: adam({ learningRate: 0.02 }),
        train: batches as never,
        validation: batches as never,
        epochs,
        seed: 3,
        threads: 1,
        progress: "none",
      });
      await fitted.dispose();
      expect(fitted.history.every(({ validation }) => validation[NAME]!["loss"] === null)).toBe(true);
      return fitted.history.map(({ losses }) => losses[NAME]!);
    };
    const found = await losses(30);
    expect(await losses(3)).toEqual(found.slice(0, 3));
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(found.slice(0, 5))).toBeGreaterThan(3);
    expect(mean(found.slice(-5))).toBeLessThan(0.5 * mean(found.slice(0, 5)));
  });

  it("refuses a share that hides nothing or everything", () => {
    for (const share of [0, 1, -0.1, Number.NaN])
      expect(() => attributeMasking(base!, { share })).toThrow(/share is/);
  });

  it("counts elements as the first feature of an atom", () => {
    expect(ATOM_VOCABULARY[0]).toBe(ELEMENTS);
  });
});

describe("motifTasks", () => {
  const counts = {
    fr_phenol: column("fr_phenol", [0, 1, 2, 0, null, 3, 0]),
    fr_everywhere: column("fr_everywhere", [1, 1, 4, 2, 1, 1, 0]),
    fr_nowhere: column("fr_nowhere", [0, 0, 0, 0, 0, 0, 5]),
  };
  const train = [0, 1, 2, 3, 4, 5];

  it("makes presence of counts, keeps what is missing, and asks only what training molecules can teach", () => {
    const { columns, tasks, notes } = motifTasks(counts, train, { least: 2 });
    expect(Object.keys(columns)).toEqual(["fr_phenol"]);
    expect([...columns["fr_phenol"]!.values]).toEqual([0, 1, 1, 0, 0, 1, 0]);
    expect([...columns["fr_phenol"]!.mask]).toEqual([1, 1, 1, 1, 0, 1, 1]);
    expect(tasks.map(({ name, role }) => [name, role])).toEqual([["fr_phenol", "auxiliary"]]);
    expect(notes).toEqual([
      "fr_everywhere left out: 6 of 6 training molecules have it.",
      "fr_nowhere left out: 0 of 6 training molecules have it.",
    ]);
  });

  it("wants as many molecules with and without the fragment as it is told", () => {
    expect(Object.keys(motifTasks(counts, train, { least: 3 }).columns)).toEqual([]);
    expect(motifTasks(counts, train).notes[0]).toBe("fr_phenol left out: 3 of 5 training molecules have it.");
  });
});
