import { array, compile, gradients, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type AuxTsOptions, auxTs } from "@outrigger/core/procedure/aux-ts";
import { inner, looking, stepped } from "@outrigger/core/procedure/inner/look-ahead";
import { sampleWeigher } from "@outrigger/core/procedure/inner/sample-weigher";
import { taskWeigher } from "@outrigger/core/procedure/inner/task-weigher";
import { parts, type Weigher } from "@outrigger/core/procedure/inner/weigher";
import { weigherSlope } from "@outrigger/core/procedure/inner/weigher-slope";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { taml } from "@outrigger/core/procedure/taml";
import { Random } from "@outrigger/core/random";
import { forward } from "@outrigger/core/train/loss";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { Stepper } from "@outrigger/core/train/step";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { type Doubles, differences, doubles, farthest, inDouble } from "../support/in-double.ts";
import { always, centresOf, quadratics } from "../support/quadratics.ts";
import { classifiers, imageBatch, type Labelled, smallCnn } from "../support/small-cnn.ts";

const rate = 0.5;
const problem = {
  frozen: [],
  model: smallCnn,
  tasks: classifiers,
  primary: 0,
  optimizer: sgd({ learningRate: rate, momentum: 0.9, weightDecay: 0.01 }),
};
const streams = (): Record<"dropout" | "method" | "dev" | "other", Random> => ({
  dropout: Random.seeded(1, "dropout"),
  method: Random.seeded(1, "method"),
  dev: Random.seeded(1, "dev"),
  other: Random.seeded(1, "other"),
});

const params = smallCnn.init(Random.seeded(1, "init"));
const momentum = { momentum: smallCnn.init(Random.seeded(2, "init")) };
const [train, dev] = [imageBatch(), imageBatch()] as unknown as Tree<NDArray>[];
const start = [params, momentum, { rate: array([rate], []) }, train!, dev!] as unknown as Tree<NDArray>[];

/** All of its numbers drawn: at first half of them are 0. */
function drawn(weigher: Weigher<Labelled>): Tree<NDArray> {
  const random = Random.seeded(3, "weigher");
  const phi = weigher.init(random);
  for (const { data } of leaves<NDArray>(phi)) for (const i of data.keys()) data[i] = random.normal();
  return phi;
}

async function once<R>(f: unknown, args: readonly Tree<Doubles>[]): Promise<R> {
  const compiled = await inDouble(f as never, args);
  const found = await compiled.run(args);
  await compiled.dispose();
  return found as R;
}

const look =
  (weigher: Weigher<Labelled>) =>
  (p: ParamsTensors, slots: never, scalars: never, batch: Labelled, held: Labelled, phi: Tree<Tensor>) =>
    weigherSlope({ ...problem, weigher }, { params: p, slots, scalars, batch, dev: held }, phi);

describe.each([
  ["samples", sampleWeigher(problem, 3), [18, 5]],
  ["tasks", taskWeigher(problem, 3), [3, 3]],
] as const)(
  "a network that weighs %s, on one with convolution, pooling, tanh and softmax",
  (_, weigher, shape) => {
    const phi = drawn(weigher);
    const args = [...start, phi].map(doubles);
    let features: Doubles;
    let wanted: number[] = [];

    beforeAll(async () => {
      ({ features } = await once<{ features: Doubles }>(look(weigher), args));
      // The held-out loss after the step, written without any derivative but the step's own, the features of θ given.
      const after = (
        p: ParamsTensors,
        slots: never,
        scalars: never,
        batch: Labelled,
        held: Labelled,
        net: Tree<Tensor>,
        seen: Tensor2D,
      ): Tensor => {
        const each = parts(weigher.rows(p, batch, looking));
        const total = tf.sum<Scalar>(tf.mul(each, weigher.weigh(net, seen)));
        const gradient = gradients([total], p)[0]!;
        const next = stepped(problem, { params: p, slots, scalars }, gradient);
        return forward(smallCnn, classifiers, next, held, { training: false }).losses[0]!;
      };
      const all = [...args, features];
      const compiled = await inDouble(after as never, all);
      const value = async (x: readonly Tree<Doubles>[]): Promise<number> =>
        ((await compiled.run(x)) as Doubles).data[0]!;
      wanted = await differences(value, all, 5);
      await compiled.dispose();
    });

    it("reads a row of features for each", () => {
      expect(features.shape).toEqual(shape);
    });

    it("has the slope of differences in double, to 1e-4, and it is not 0", async () => {
      expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-3);
      const compiled = compile(look(weigher) as never, { threads: 1 });
      const { slope } = (await compiled(...start, phi)) as unknown as { slope: Tree<NDArray> };
      await compiled.dispose();
      expect(
        farthest(
          leaves<NDArray>(slope).flatMap(({ data }) => [...data]),
          wanted,
        ),
      ).toBeLessThan(1e-4);
    });

    it("by differences has the same slope to 1e-2", async () => {
      const moved = async (derivative: "exact" | "differences"): Promise<number[]> => {
        const factory = shape[1] === 5 ? auxTs : taml;
        const run = new Stepper<Labelled>({
          ...problem,
          method: factory({ hidden: 3, derivative, optimizer: sgd({ learningRate: 1 }) }),
          params,
          streams: streams(),
          dev: always(dev as never),
          compile: { threads: 1 },
        });
        const net = run.memory["weigher/params"]!;
        net.set(leaves<NDArray>(phi).flatMap(({ data }) => [...data]));
        const before = [...net];
        await run.run(train as never, 0);
        const found = [...net].map((value, i) => before[i]! - value);
        await run.dispose();
        return found;
      };
      const exact = await moved("exact");
      expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(1e-3);
      expect(farthest(await moved("differences"), exact)).toBeLessThan(1e-2);
    });
  },
);

describe("what the networks read", () => {
  /** L_k, ‖g_k‖ over all parameters, cosines of trunk gradients with the primary's, and losses after each task's own step. */
  async function known(): Promise<Record<"losses" | "norms" | "cosines" | "after", number[]>> {
    const f = (p: ParamsTensors, slots: never, scalars: never, batch: Labelled) => {
      const { losses } = forward(smallCnn, classifiers, p, batch, looking);
      const all = gradients(losses, p);
      const trunks = all.map((g) => (g as ParamsTensors).trunk);
      const after = all.map((g, k) => {
        const there = stepped(problem, { params: p, slots, scalars }, g);
        return forward(smallCnn, classifiers, there, batch, { training: false }).losses[k]!;
      });
      const squares = trunks.map((g) => trunks.map((h) => inner(g, h)));
      return { losses, norms: all.map((g) => inner(g, g)), squares, after };
    };
    const found = await once<{ losses: Doubles[]; norms: Doubles[]; squares: Doubles[][]; after: Doubles[] }>(
      f,
      start.slice(0, 4).map(doubles),
    );
    const square = (i: number, j: number): number => found.squares[i]![j]!.data[0]!;
    return {
      losses: found.losses.map(({ data }) => data[0]!),
      norms: found.norms.map(({ data }) => Math.sqrt(data[0]!)),
      cosines: [0, 1, 2].map((k) => square(0, k) / Math.sqrt(square(0, 0) * square(k, k))),
      after: found.after.map(({ data }) => data[0]!),
    };
  }

  it("of samples: loss, task, and cosine with the primary", async () => {
    const weigher = sampleWeigher(problem, 3);
    const args = [...start, drawn(weigher)].map(doubles);
    const { features } = await once<{ features: Doubles }>(look(weigher), args);
    const { losses, cosines } = await known();
    expect(Math.abs(cosines[1]!)).toBeGreaterThan(0.01);
    for (const k of [0, 1, 2]) {
      const rows = Array.from({ length: 6 }, (_, i) =>
        features.data.slice(5 * (6 * k + i), 5 * (6 * k + i + 1)),
      );
      expect(rows.reduce((sum, row) => sum + row[0]! / 6, 0)).toBeCloseTo(losses[k]!, 6);
      for (const row of rows) {
        expect(row.slice(1, 4)).toEqual([0, 1, 2].map((j) => (j === k ? 1 : 0)));
        expect(row[4]).toBeCloseTo(cosines[k]!, 6);
      }
    }
  });

  it("of tasks: norm, loss, and what becomes of it by a step of the task's own", async () => {
    const weigher = taskWeigher(problem, 3);
    const args = [...start, drawn(weigher)].map(doubles);
    const { features } = await once<{ features: Doubles }>(look(weigher), args);
    const { losses, norms, after } = await known();
    const wanted = losses.flatMap((loss, k) => [Math.log1p(norms[k]!), Math.log1p(loss), after[k]! / loss]);
    expect(farthest(features.data, wanted)).toBeLessThan(1e-6);
    expect(new Set(wanted.map((value) => value.toFixed(3))).size).toBe(9);
  });
});

describe("on quadratics, where all can be written down", () => {
  const [a, theta, target, eta] = [[1, 2, 0.5], [0.3, -0.7], [1, 1], 0.1];
  const c = [
    [0.5, 0.2],
    [-1, 1],
    [2, -0.5],
  ];
  const { model, tasks } = quadratics(a, theta);
  const slope = (k: number, at: readonly number[]): number[] => at.map((t, i) => a[k]! * (t - c[k]![i]!));
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  const g = a.map((_, k) => slope(k, theta));

  const net = sampleWeigher({ model, tasks, primary: 0 } as never, 4).init(Random.seeded(1, "shapes"));
  const lengths = leaves<NDArray>(net).map(({ data }) => data.length);
  /** Where the last layer's bias lies, the one number by itself. */
  const bias = lengths.slice(0, lengths.indexOf(1)).reduce((n, length) => n + length, 0);

  const step = async (method: Procedure): Promise<{ moved: number; weights: readonly number[] }> => {
    const run = new Stepper({
      model,
      tasks,
      method,
      optimizer: sgd({ learningRate: eta }),
      params: model.init(Random.seeded(1, "init")),
      streams: streams(),
      dev: always(centresOf([target, target, target])),
      compile: { threads: 1 },
    });
    const { weights } = await run.run(centresOf(c), 0);
    const moved = run.memory["weigher/params"]![bias]!;
    await run.dispose();
    return { moved, weights };
  };

  it.each(["exact", "differences"] as const)(
    "AUX-TS moves its bias by Σ_k η w (1 − w) ⟨v, g_k⟩, w = 1/2: %s",
    async (derivative) => {
      const next = theta.map((t, i) => t - eta * 0.5 * a.reduce((sum, _, k) => sum + g[k]![i]!, 0));
      const v = next.map((t, i) => a[0]! * (t - target[i]!));
      const wanted = a.reduce((sum, _, k) => sum + 0.25 * eta * dot(v, g[k]!), 0);
      const options: AuxTsOptions = { hidden: 4, derivative, optimizer: sgd({ learningRate: 1 }) };
      const { moved } = await step(auxTs(options));
      expect(Math.abs(wanted)).toBeGreaterThan(1e-2);
      expect(Math.abs(moved - wanted)).toBeLessThan(1e-4 * Math.abs(wanted));
    },
  );

  it("TAML begins with weights of 1", async () => {
    const { weights } = await step(taml({ optimizer: sgd({ learningRate: 1e-9 }) }));
    for (const weight of weights) expect(weight).toBeCloseTo(1, 6);
  });

  it("AUX-TS tells the weights that it makes a step with, task by task", async () => {
    const told: [number, number[]][] = [];
    const { weights } = await step(auxTs({ onWeights: (w, at) => told.push([at, [...w]]) }));
    expect(told).toEqual([[0, [...weights]]]);
  });
});
