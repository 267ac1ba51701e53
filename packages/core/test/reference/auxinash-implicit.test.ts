import { gradients, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type AuxinashImplicitOptions, auxinashImplicit } from "@outrigger/core/procedure/auxinash-implicit";
import { inverseTimes } from "@outrigger/core/procedure/inner/inverse";
import { looking } from "@outrigger/core/procedure/inner/look-ahead";
import { Random } from "@outrigger/core/random";
import { forward } from "@outrigger/core/train/loss";
import type { Method } from "@outrigger/core/train/method";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { Stepper } from "@outrigger/core/train/step";
import type { Task } from "@outrigger/core/train/task";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { auxinashLearned } from "@outrigger/core/weighting/auxinash-learned";
import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { toy } from "../fixtures/toy.ts";
import { ask } from "../support/ask.ts";
import { dot, gramOf } from "../support/gram.ts";
import { type Doubles, doubles, farthest, inDouble } from "../support/in-double.ts";
import { always, type Centres, centresOf, quadratics } from "../support/quadratics.ts";
import { classifiers, imageBatch, type Labelled, smallCnn } from "../support/small-cnn.ts";
import { stepper } from "../support/stepper.ts";

const theta = [0.3, -0.7, 0.5];
const target = [1, 1, -1];
const c = [
  [0.5, 0.2, 1],
  [-1, 1, 0.5],
  [2, -0.5, 0],
];
/** Diagonals of the Hessians of L_k = ½ Σᵢ A_ki (θᵢ − c_ki)², far from multiples of one another. */
const A = [
  [4, 1, 0.1],
  [0.2, 3, 1],
  [1, 0.1, 2],
];
const { model, tasks: isotropic } = quadratics([1, 1, 1], theta);
const tasks = isotropic.map(
  (task, k): Task<Centres> => ({
    ...task,
    loss: (output) => ({
      values: tf.sum<Tensor1D>(tf.mul(tf.square(output), tf.tensor2d([A[k]!.map((a) => a / 2)])), -1),
    }),
  }),
);
const rate = 1e-3;

const gradient = (k: number, at: readonly number[]): number[] =>
  at.map((t, i) => A[k]![i]! * (t - c[k]![i]!));
const gram = gramOf([0, 1, 2].map((k) => gradient(k, theta)));
const weights = ask(auxinash(), gram);
const heldOut = theta.map((t, i) => A[0]![i]! * (t - target[i]!));
const hessian = theta.map((_, i) => weights.reduce((sum, w, k) => sum + w * A[k]![i]!, 0));

/** p after a step along the derivative of ⟨q/‖q‖, Σ_k α_k(p) g_k⟩, found by differences of the bargaining solution. */
function movedAlong(
  q: readonly number[],
  rows: readonly (readonly number[])[] = [0, 1, 2].map((k) => gradient(k, theta)),
): number[] {
  const length = Math.hypot(...q);
  const dots = rows.map((row) => dot(row, q) / length);
  const products = gramOf(rows);
  // The rule scales p to sum to T, and α(cp) = √c α(p).
  const gain = (p: number[]): number =>
    dot(ask(auxinash({ preferences: p }), products), dots) * Math.sqrt(p.reduce((a, b) => a + b, 0) / 3);
  const h = 1e-5;
  const wanted = [0, 1, 2].map((k) => {
    const at = (change: number): number => gain([0, 1, 2].map((j) => 1 + (j === k ? change : 0)));
    return 1 + (rate * (at(h) - at(-h))) / (2 * h);
  });
  const total = wanted.reduce((a, b) => a + b, 0) / 3;
  return wanted.map((value) => value / total);
}

const streams = (): Record<"dropout" | "method" | "dev" | "other", Random> => ({
  dropout: Random.seeded(1, "dropout"),
  method: Random.seeded(1, "method"),
  dev: Random.seeded(1, "dev"),
  other: Random.seeded(1, "other"),
});

async function learnt(options: AuxinashImplicitOptions): Promise<number[]> {
  const run = new Stepper({
    model,
    tasks,
    method: auxinashImplicit({ learningRate: rate, interval: 1, ...options }),
    optimizer: sgd({ learningRate: 0.1 }),
    params: model.init(Random.seeded(1, "init")),
    streams: streams(),
    dev: always(centresOf([target, target, target])),
    compile: { threads: 1 },
  });
  const report = await run.run(centresOf(c), 0);
  expect(farthest(report.weights, weights)).toBeLessThan(1e-5);
  const { p } = run.state.method as { p: number[] };
  await run.dispose();
  return p;
}

const away = (p: readonly number[]): number[] => p.map((value) => value - 1);

it("p moves along the exact implicit derivative, after as many conjugate gradients as dimensions", async () => {
  const wanted = movedAlong(heldOut.map((v, i) => v / hessian[i]!));
  const found = await learnt({ inverse: "conjugate-gradients", terms: 3 });
  expect(farthest(away(found), away(wanted))).toBeLessThan(1e-3);
  // The Hessian makes a difference here: without it p goes elsewhere.
  expect(farthest(away(movedAlong(heldOut)), away(wanted))).toBeGreaterThan(0.1);
});

it("takes the held-out gradient itself by the identity, and comes to the exact derivative with more terms of the series", async () => {
  const exact = away(movedAlong(heldOut.map((v, i) => v / hessian[i]!)));
  expect(farthest(away(await learnt({ inverse: "identity" })), away(movedAlong(heldOut)))).toBeLessThan(1e-3);
  const errors: number[] = [];
  for (const terms of [1, 5, 60]) errors.push(farthest(away(await learnt({ terms })), exact));
  expect(errors[1]!).toBeLessThan(errors[0]!);
  expect(errors[2]!).toBeLessThan(1e-2);
});

it("by the identity is the rule auxinashLearned, with dropout, step by step", async () => {
  const { train, validation } = toy({ dropout: 0.2 });
  const options = { interval: 3, learningRate: 0.5 };
  const run = async (method: Method): Promise<{ p: number[][]; params: number[] }> => {
    const one = stepper({ method, dev: validation, optimizer: sgd({ learningRate: 0.05 }) });
    const p: number[][] = [];
    const batches = [...train.epoch(null)];
    for (let step = 0; step < 9; step++) {
      await one.run(batches[step % batches.length]!, 0);
      p.push((one.state.method as { p: number[] }).p);
    }
    await one.sync();
    const params = [...one.params.data];
    await one.dispose();
    return { p, params };
  };
  const [procedure, rule] = [
    await run(auxinashImplicit({ ...options, inverse: "identity" })),
    await run(auxinashLearned(options)),
  ];
  for (const [step, p] of rule.p.entries()) expect(farthest(procedure.p[step]!, p)).toBeLessThan(1e-5);
  expect(farthest(procedure.params, rule.params)).toBeLessThan(1e-4);
  expect(Math.max(...away(rule.p.at(-1)!).map(Math.abs))).toBeGreaterThan(0.05);
  const series = await run(auxinashImplicit(options));
  expect(farthest(series.p.at(-1)!, rule.p.at(-1)!)).toBeGreaterThan(1e-3);
});

it("p moves as differences in double say on a network with convolution, pooling, tanh and softmax, to 1e-4", async () => {
  const params = smallCnn.init(Random.seeded(1, "init"));
  const [train, dev] = [imageBatch(), imageBatch()];
  const [start, seen, held] = [params, train, dev].map((tree) => doubles(tree as unknown as Tree<NDArray>));
  const compiled = await inDouble(
    ((p: ParamsTensors, batch: Labelled) =>
      gradients(forward(smallCnn, classifiers, p, batch, looking).losses, p.trunk)) as never,
    [start!, seen!],
  );
  const { trunk, heads } = start as { trunk: { filters: Doubles }; heads: Tree<Doubles> };
  const at = trunk.filters.data;
  /** Gradients of all tasks in the filters. */
  const rowsAt = async (filters: readonly number[], batch: Tree<Doubles>): Promise<number[][]> => {
    const moved = { trunk: { filters: { ...trunk.filters, data: filters } }, heads };
    const found = await compiled.run([moved as Tree<Doubles>, batch]);
    return (found as unknown as { filters: Doubles }[]).map(({ filters: { data } }) => [...data]);
  };
  const rows = await rowsAt(at, seen!);
  const alpha = ask(auxinash(), gramOf(rows));
  const weighed = async (filters: readonly number[]): Promise<number[]> => {
    const found = await rowsAt(filters, seen!);
    return at.map((_, i) => found.reduce((sum, row, k) => sum + alpha[k]! * row[i]!, 0));
  };
  const [v] = await rowsAt(at, held!);
  const q = await inverseTimes(
    "neumann",
    3,
    async (x) => {
      const h = 1e-5 / Math.hypot(...x);
      const moved = (sign: number): Promise<number[]> =>
        weighed(at.map((value, i) => value + sign * h * x[i]!));
      const [up, down] = [await moved(1), await moved(-1)];
      return Float64Array.from(up, (value, i) => (value - down[i]!) / (2 * h));
    },
    Float64Array.from(v!),
  );
  await compiled.dispose();
  const wanted = away(movedAlong([...q], rows));

  const run = new Stepper<Labelled>({
    model: smallCnn,
    tasks: classifiers,
    method: auxinashImplicit({ learningRate: rate, interval: 1 }),
    optimizer: sgd({ learningRate: 0.1 }),
    params,
    streams: streams(),
    dev: always(dev),
    compile: { threads: 1 },
  });
  const report = await run.run(train, 0);
  const { p } = run.state.method as { p: number[] };
  await run.dispose();
  expect(farthest(report.weights, alpha)).toBeLessThan(1e-5);
  expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-5);
  expect(farthest(away(p), wanted)).toBeLessThan(1e-4);
  // The Hessian makes a difference here, too.
  expect(farthest(away(movedAlong(v!, rows)), wanted)).toBeGreaterThan(1e-2);
});
