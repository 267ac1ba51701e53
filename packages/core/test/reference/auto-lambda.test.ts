import { readFileSync } from "node:fs";
import { array, compile, gradients, leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { lookAhead, stepped } from "@outrigger/core/procedure/inner/look-ahead";
import { Random } from "@outrigger/core/random";
import { forward, weightedForward } from "@outrigger/core/train/loss";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { Stepper } from "@outrigger/core/train/step";
import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  type Doubles,
  differences,
  doubles,
  farthest,
  inDouble,
  scalar,
  vector,
} from "../support/in-double.ts";
import { always, type Centres, centresOf, quadratics } from "../support/quadratics.ts";
import { classifiers, imageBatch, type Labelled, smallCnn } from "../support/small-cnn.ts";

const path = new URL("../fixtures/hypergradients.json", import.meta.url);
const { blo_linear_weights: stored } = JSON.parse(readFileSync(path, "utf8"));

/** What a look ahead records, as a function of its parts. */
const look =
  (problem: Parameters<typeof lookAhead>[0]) =>
  (
    params: ParamsTensors,
    slots: Record<string, Tree<Tensor>>,
    scalars: Record<string, Scalar>,
    weights: Tensor1D,
    batch: never,
    dev: never,
  ): ReturnType<typeof lookAhead> =>
    lookAhead(problem, { params, slots, scalars, weights, batch, dev });

const streams = (): Record<"dropout" | "method" | "dev" | "other", Random> => ({
  dropout: Random.seeded(1, "dropout"),
  method: Random.seeded(1, "method"),
  dev: Random.seeded(1, "dev"),
  other: Random.seeded(1, "other"),
});

describe("the hypergradient of linear task weights", () => {
  it("is that of the stored quadratics to 1e-9", async () => {
    const { a, c, theta, lam, eta, dev } = stored;
    const optimizer = sgd({ learningRate: eta });
    const { model, tasks } = quadratics(a, theta);
    const params = { trunk: { theta: vector(theta) }, heads: { q0: [], q1: [], q2: [] } };
    const batchOf = (centres: number[][]): Tree<Doubles> => ({
      centres: { shape: [1, 3, 2], data: centres.flat() },
    });
    const args = [params, {}, { rate: scalar(eta) }, vector(lam), batchOf(c), batchOf([dev, dev, dev])];
    const compiled = await inDouble(
      look({ model, tasks, primary: 0, optimizer, frozen: [] } as never) as never,
      args as never,
    );
    const found = (await compiled.run(args as never)) as unknown as {
      slopes: Doubles;
      beyond: Tree<Doubles>;
    };
    await compiled.dispose();
    expect(farthest(found.slopes.data, stored.hypergrad_exact)).toBeLessThan(1e-9);
    expect(farthest(leaves<Doubles>(found.beyond)[0]!.data, stored.val_grad_at_theta_plus)).toBeLessThan(
      1e-9,
    );
  });

  it.each(["exact", "differences"] as const)(
    "moves the weights of the stored quadratics: %s",
    async (derivative) => {
      const { a, c, theta, eta, dev, lam } = stored;
      const { model, tasks } = quadratics(a, theta);
      const rate = 0.1;
      const stepper = new Stepper({
        model,
        tasks,
        method: autoLambda({ derivative, initial: 1, optimizer: sgd({ learningRate: rate }) }),
        optimizer: sgd({ learningRate: eta }),
        params: model.init(Random.seeded(1, "init")),
        streams: streams(),
        dev: always(centresOf([dev, dev, dev])),
        compile: { threads: 1 },
      });
      stepper.memory["lambda/params"]!.set(lam);
      const { weights } = await stepper.run(centresOf(c), 0);
      const expected = lam.map((value: number, k: number) => value - rate * stored.hypergrad_exact[k]);
      expect(farthest(weights, expected)).toBeLessThan(1e-5);
      const next = theta.map((t: number, i: number) =>
        c.reduce(
          (at: number, centre: number[], k: number) => at - eta * expected[k] * a[k] * (t - centre[i]!),
          t,
        ),
      );
      expect(farthest(stepper.params.data, next)).toBeLessThan(1e-5);
      await stepper.dispose();
    },
  );

  describe("on a network with convolution, pooling, tanh and softmax, momentum and weight decay", () => {
    const optimizer = sgd({ learningRate: 0.5, momentum: 0.9, weightDecay: 0.01 });
    const params = smallCnn.init(Random.seeded(1, "init"));
    const [train, dev] = [imageBatch(), imageBatch()];
    const momentum = { momentum: smallCnn.init(Random.seeded(2, "init")) };
    const weights = [1, 0.7, 0.3];
    const rest = [params, momentum] as unknown as Tree<NDArray>[];
    const args = [
      ...rest.map(doubles),
      { rate: scalar(0.5) },
      vector(weights),
      doubles(train as never),
      doubles(dev as never),
    ];
    const problem = { model: smallCnn, tasks: classifiers, primary: 0, optimizer, frozen: [] };
    const f = look(problem as never);

    it("is that of differences of the validation loss in double, to 1e-4", async () => {
      // The validation loss after the step, written without any derivative but the step's own.
      const after = (
        p: ParamsTensors,
        slots: never,
        scalars: never,
        w: Tensor1D,
        b: Labelled,
        held: Labelled,
      ) => {
        const each = classifiers.map((_, k) => tf.reshape(tf.slice(w, [k], [1]), []) as Scalar);
        const { total } = weightedForward({ model: smallCnn, tasks: classifiers }, p, b, each);
        const next = stepped(
          { optimizer, frozen: [] },
          { params: p, slots, scalars },
          gradients([total], p)[0]!,
        );
        return forward(smallCnn, classifiers, next, held, { training: false }).losses[0]!;
      };
      const compiled = await inDouble(after as never, args);
      const value = async (at: readonly Tree<Doubles>[]): Promise<number> =>
        ((await compiled.run(at)) as Doubles).data[0]!;
      const wanted = await differences(value, args, 3);
      await compiled.dispose();
      expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(1e-3);
      const single = compile(f as never, { threads: 1 });
      const found = (await single(
        ...rest,
        { rate: array([0.5], []) },
        array(weights),
        train as never,
        dev as never,
      )) as unknown as { slopes: NDArray };
      await single.dispose();
      expect(farthest(found.slopes.data, wanted)).toBeLessThan(1e-4);
    });
  });
});

it("gives rules of Adam's kind the same sign, and refuses an optimiser without a step size of that name", async () => {
  const { a, c, theta, dev } = stored;
  const { model, tasks } = quadratics(a, theta);
  const make = (optimizer: ReturnType<typeof adam>): Stepper<Centres> =>
    new Stepper({
      model,
      tasks,
      method: autoLambda(),
      optimizer,
      params: model.init(Random.seeded(1, "init")),
      streams: streams(),
      dev: always(centresOf([dev, dev, dev])),
      compile: { threads: 1 },
    });
  const one = make(adam({ learningRate: 0.01 }));
  const { weights } = await one.run(centresOf(c), 0);
  // All derivatives are negative here, so every weight grows by Adam's first step.
  for (const weight of weights) expect(weight).toBeCloseTo(0.11, 5);
  await one.dispose();
  const nameless = { ...sgd({ learningRate: 1 }), scalars: () => ({ eta: 1 }) };
  nameless.formula = (op, x) => ({
    param: op.subtract(x.param, op.multiply(x.scalar["eta"]!, x.gradient)),
    slot: {},
  });
  const other = make(nameless);
  await expect(other.run(centresOf(c), 0)).rejects.toMatchObject({ code: "unsupported" });
  await other.dispose();
});
