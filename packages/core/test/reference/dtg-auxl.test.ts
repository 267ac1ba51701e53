import { array, compile, gradients, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { dtgAuxl } from "@outrigger/core/procedure/dtg-auxl";
import { type Drawn, dataGenerator } from "@outrigger/core/procedure/inner/generated-data";
import { generatedLoss, lowerOf } from "@outrigger/core/procedure/inner/generated-loss";
import { hessianProduct, mixedSlope } from "@outrigger/core/procedure/inner/implicit";
import { Random } from "@outrigger/core/random";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { forward } from "@outrigger/core/train/loss";
import type { Model, ParamsTensors } from "@outrigger/core/train/model";
import { binary, type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  type Doubles,
  differences,
  doubles,
  farthest,
  flat,
  inDouble,
  refilled,
} from "../support/in-double.ts";
import { always } from "../support/quadratics.ts";
import { stepper } from "../support/stepper.ts";

type Batch = ColumnBatch<Tensor>;

const [samples, width, sub] = [9, 3, [2, 1]] as const;
const stream = Random.seeded(4, "dtg");
const normals = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, () => scale * stream.normal());

/** Rows with a label of the primary for all but the last. */
function rowsWith(label: (x: Float32Array, i: number) => number): {
  inputs: NDArray;
  labels: Record<string, NDArray>;
  masks: Record<string, NDArray>;
} {
  const x = normals(samples * width);
  const labels = Float32Array.from({ length: samples }, (_, i) => label(x.subarray(i * width), i));
  return {
    inputs: array(x, [samples, width]),
    labels: { y: array(labels) },
    masks: { y: array(Float32Array.from(labels, (_, i) => (i < samples - 1 ? 1 : 0))) },
  };
}

/** A ridge on all parameters, which makes the loss of θ strictly convex near its minimum. */
const ridge: Task<Batch> = {
  name: "ridge",
  role: "auxiliary",
  loss: (output) => ({ values: tf.reshape(output, [1]) }),
};

/** One tanh unit a head and no trunk but it: few enough parameters for a dense Hessian. */
const network = (outputs: number): Model<Batch> => ({
  init: (random) => {
    const draw = (shape: number[]): NDArray =>
      array(
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * random.normal()),
        shape,
      );
    return { trunk: draw([width, 2]), heads: { y: draw([2, 1]), made: draw([2, outputs]), ridge: [] } };
  },
  apply({ trunk, heads }, { inputs }) {
    const h = tf.tanh(tf.matMul(inputs as Tensor2D, trunk as Tensor2D));
    const all = leaves<Tensor>([trunk, heads["y"]!, heads["made"]!]);
    return {
      y: tf.matMul(h as Tensor2D, heads["y"] as Tensor2D),
      made: tf.matMul(h as Tensor2D, heads["made"] as Tensor2D),
      ridge: tf.mul(0.25, tf.addN(all.map((leaf) => tf.sum(tf.square(leaf))))),
    };
  },
});

const logistic = binary({ name: "y", role: "primary" }) as Task<Batch>;

const kinds = {
  "real numbers": {
    primary: regression({ name: "y", role: "primary" }) as Task<Batch>,
    blocks: null,
    outputs: 1,
  },
  classes: { primary: logistic, blocks: sub, outputs: 3 },
} as const;

/** A problem, a generator, and what is drawn for one batch. */
function setting(kind: keyof typeof kinds) {
  const { primary, blocks, outputs } = kinds[kind];
  const label = (x: Float32Array): number => (blocks === null ? x[0]! - x[1]! ** 2 : x[0]! > x[1]! ? 1 : 0);
  const generator = dataGenerator({
    name: "y",
    inputs: width,
    subclasses: blocks,
    hidden: 2,
    noise: 1,
    margin: 0.5,
  });
  const model = network(outputs);
  const tasks = [primary, generatedTask("made") as Task<Batch>, ridge];
  const problem = { model, tasks, generator, generated: 1, weight: 0.75, blocks };
  const drawn = {
    batch: rowsWith(label),
    partner: array(Int32Array.from({ length: samples }, () => stream.integer(samples - 1))),
    noise: array(normals(samples), [samples, 1]),
  };
  return {
    problem,
    drawn,
    dev: rowsWith(label),
    phi: generator.init(Random.seeded(2, "phi")),
    params: model.init(Random.seeded(3, "init")),
  };
}

/** x of A x = b, by Gauss's elimination with pivots. */
function solved(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const m = a.map((row, i) => [...row, b[i]!]);
  for (let i = 0; i < m.length; i++) {
    const pivot = m
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(m[best]![i]!) ? i + k : best), i);
    [m[i], m[pivot]] = [m[pivot]!, m[i]!];
    for (let k = 0; k < m.length; k++) {
      if (k === i) continue;
      const factor = m[k]![i]! / m[i]![i]!;
      m[k] = m[k]!.map((value, j) => value - factor * m[i]![j]!);
    }
  }
  return m.map((row, i) => row.at(-1)! / row[i]!);
}

describe.each(["real numbers", "classes"] as const)("on %s", (kind) => {
  const { problem, drawn, dev, phi, params } = setting(kind);
  const NU = 0.25;
  const lower = lowerOf(problem, NU);
  const [start, charged, data, held] = [params, phi, drawn, dev].map((tree) =>
    doubles(tree as unknown as Tree<NDArray>),
  );

  it("has the hypergradient of the held-out loss where θ is at its minimum, by differences in double, to 1e-4", async () => {
    const like = [start!, charged!, data!];
    const slopeOf = await inDouble(
      ((p: ParamsTensors, f: never, d: Drawn) =>
        gradients([lower.total(p, f, d, { training: true })], p)[0]!) as never,
      like,
    );
    const product = await inDouble(
      ((p: ParamsTensors, f: never, d: Drawn, v: ParamsTensors) =>
        hessianProduct(lower, p, f, d, v)) as never,
      [...like, start!],
    );
    const heldOut = await inDouble(
      ((p: ParamsTensors, b: Batch) => {
        const [loss] = forward(problem.model, problem.tasks, p, b, { training: false }).losses;
        return { loss: loss!, gradient: gradients([loss!], p)[0]! };
      }) as never,
      [start!, held!],
    );
    const copying = await inDouble(((f: never, d: Drawn) => lower.charge!(f, d)) as never, [charged!, data!]);
    const mixed = await inDouble(
      ((p: ParamsTensors, f: never, d: Drawn, v: ParamsTensors) => mixedSlope(lower, p, f, d, v)) as never,
      [...like, start!],
    );
    const size = flat(start).length;
    const hessian = async (p: Tree<Doubles>, f: Tree<Doubles>): Promise<number[][]> => {
      const columns: number[][] = [];
      for (let j = 0; j < size; j++) {
        const unit = refilled(
          start!,
          Array.from({ length: size }, (_, i) => (i === j ? 1 : 0)),
        );
        columns.push(flat(await product.run([p, f, data!, unit])));
      }
      return columns;
    };
    /** The minimum near `from`, by Newton's steps. */
    const settled = async (f: Tree<Doubles>, from: Tree<Doubles>, steps: number): Promise<Tree<Doubles>> => {
      let at = from;
      for (let step = 0; step < steps; step++) {
        const g = flat(await slopeOf.run([at, f, data!]));
        const move = solved(await hessian(at, f), g);
        at = refilled(
          start!,
          flat(at).map((value, i) => value - move[i]!),
        );
      }
      return at;
    };
    // Some plain steps first: far from a minimum Newton's may lead anywhere.
    let near = start!;
    for (let step = 0; step < 300; step++) {
      const g = flat(await slopeOf.run([near, charged!, data!]));
      near = refilled(
        start!,
        flat(near).map((value, i) => value - 0.3 * g[i]!),
      );
    }
    const best = await settled(charged!, near, 6);
    expect(Math.max(...flat(await slopeOf.run([best, charged!, data!])).map(Math.abs))).toBeLessThan(1e-12);

    const value = async ([f]: readonly Tree<Doubles>[]): Promise<number> => {
      const there = await settled(f!, best, 2);
      const { loss } = (await heldOut.run([there, held!])) as unknown as { loss: Doubles };
      return loss.data[0]! + ((await copying.run([f!, data!])) as Doubles).data[0]!;
    };
    const wanted = await differences(value, [charged!], 0);
    const { gradient } = (await heldOut.run([best, held!])) as unknown as { gradient: Tree<Doubles> };
    const p = refilled(start!, solved(await hessian(best, charged!), flat(gradient)));
    const found = flat(await mixed.run([best, charged!, data!, p]));
    expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(farthest(found, wanted)).toBeLessThan(1e-4);
    for (const one of [slopeOf, product, heldOut, copying, mixed]) await one.dispose();
  });

  it("counts rows with a label, changes no entry by more than 1, labels within the class, and charges copies", async () => {
    const run = compile(((p: never, f: never, d: Drawn) => {
      const { losses, counts } = generatedLoss(problem, p, f, d, { training: true });
      const made = problem.generator.make(f, d);
      const moved = tf.sub(made.inputs, d.batch.inputs);
      return { counts, losses, moved, labels: made.labels, charge: lower.charge!(f, d) };
    }) as never);

    const args = [params, phi, drawn] as unknown as Tree<NDArray>[];
    const shown = (await run(...args)) as unknown as {
      counts: NDArray[];
      moved: NDArray;
      labels: NDArray;
      charge: NDArray;
    };
    expect(shown.counts.slice(0, 2).map(({ data: [count] }) => count)).toEqual([samples - 1, samples - 1]);
    expect(Math.max(...shown.moved.data)).toBeLessThan(1);

    const rows = Array.from({ length: samples - 1 }, (_, i) => i);
    const mean = (value: (row: number) => number): number =>
      rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
    const square = (row: number): number =>
      Math.hypot(...shown.moved.data.slice(row * width, (row + 1) * width)) ** 2 / width;
    const far = mean((row) => Math.min(square(row), 0.5));
    const spread =
      kind === "classes"
        ? [0, 1, 2]
            .map((c) => mean((row) => shown.labels.data[3 * row + c]!))
            .reduce((sum, share) => sum + share * Math.log(share), 0)
        : -mean((row) => Math.min((shown.labels.data[row]! - drawn.batch.labels["y"]!.data[row]!) ** 2, 0.5));
    expect(shown.charge.data[0]).toBeCloseTo(NU * (spread - far), 5);
    if (kind === "classes") {
      // Within the block of the class: sub-classes 0 and 1 of class 0, sub-class 2 of class 1.
      const y = drawn.batch.labels["y"]!.data;
      shown.labels.data.forEach((value: number, i: number) => {
        if ((i % 3 < 2 ? 0 : 1) !== y[Math.floor(i / 3)]) expect(value).toBeLessThan(1e-6);
      });
    }
    await run.dispose();
  });
});

it("a step moves the generator down the slope, θ along the gradient, and rests between", async () => {
  const { problem, drawn, dev } = setting("classes");
  const rate = 0.01;
  const params = problem.model.init(Random.seeded(1, "init"));
  const run = stepper({
    model: problem.model as never,
    tasks: problem.tasks as never,
    params,
    dev: always(dev as never) as never,
    optimizer: sgd({ learningRate: 0.1 }),
    method: dtgAuxl({
      inputs: width,
      subclasses: sub,
      task: "made",
      hidden: 2,
      noise: 1,
      weight: 0.75,
      regularisation: 0.25,
      margin: 0.5,
      inverse: "identity",
      interval: 2,
      optimizer: sgd({ learningRate: rate }),
      maxSlopeNorm: 1e6,
    }),
  });
  // The same stream: the generator, then partners and noise of every step.
  const random = Random.seeded(1, "method");
  const phi = problem.generator.init(random);
  const draw = (): typeof drawn => ({
    batch: drawn.batch,
    partner: array(Int32Array.from({ length: samples }, () => random.integer(samples - 1))),
    noise: array(
      Float32Array.from({ length: samples }, () => random.normal()),
      [samples, 1],
    ),
  });
  const numbers = (tree: unknown): number[] =>
    leaves<NDArray>(tree as Tree<NDArray>).flatMap(({ data }) => [...data]);
  const memory = run.memory["generator/params"]!;
  const first = [...memory];
  expect(first).toEqual(numbers(phi));
  const compiled = compile(((p: ParamsTensors, f: never, d: Drawn, b: Batch) => {
    const { total } = generatedLoss(problem, p, f, d, { training: true });
    const v = gradients([forward(problem.model, problem.tasks, p, b, { training: false }).losses[0]!], p)[0]!;
    return {
      theta: gradients([total], p)[0]!,
      phi: mixedSlope(lowerOf(problem, 0.25), p, f, d, scaled(v, 0.1)),
    };
  }) as never);
  for (const step of [0, 1]) {
    const before = { trunk: run.params.tree.trunk, heads: run.params.tree.heads };
    const at = [...run.params.data];
    const args = [before, phi, draw(), dev] as unknown as Tree<NDArray>[];
    const wanted = (await compiled(...args)) as unknown as { theta: unknown; phi: unknown };
    const { weights, counts } = await run.run(drawn.batch as never, 0);
    expect(weights).toEqual([1, 0.75, 1]);
    expect(counts.slice(0, 2)).toEqual([samples - 1, samples - 1]);
    const moved = at.map((value, i) => (value - run.params.data[i]!) / 0.1);
    expect(farthest(moved, numbers(wanted.theta))).toBeLessThan(1e-4);
    if (step === 0) expect([...memory]).toEqual(first);
    else
      expect(
        farthest(
          [...memory].map((value, i) => (first[i]! - value) / rate),
          numbers(wanted.phi),
        ),
      ).toBeLessThan(1e-3);
  }
  await compiled.dispose();
  await run.dispose();
});

const scaled = (tree: Tree<Tensor>, by: number): ParamsTensors => {
  if (tree instanceof tf.Tensor) return tf.mul(tree, by) as never;
  const record = tree as Record<string, Tree<Tensor>>;
  if (Array.isArray(tree)) return tree.map((one) => scaled(one, by)) as never;
  return Object.fromEntries(Object.entries(record).map(([key, one]) => [key, scaled(one, by)])) as never;
};
