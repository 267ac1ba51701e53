import { gradients, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { mlp } from "@outrigger/core/nn/sequential";
import { sgd } from "@outrigger/core/optimize/sgd";
import { aangSearch } from "@outrigger/core/procedure/aang-search";
import { alphaVil } from "@outrigger/core/procedure/alpha-vil";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { auxTs } from "@outrigger/core/procedure/aux-ts";
import { auxilearn } from "@outrigger/core/procedure/auxilearn";
import { auxinashImplicit } from "@outrigger/core/procedure/auxinash-implicit";
import { type DtgAuxlOptions, dtgAuxl } from "@outrigger/core/procedure/dtg-auxl";
import { forkmerge } from "@outrigger/core/procedure/forkmerge";
import { headFirst } from "@outrigger/core/procedure/head-first";
import { type MaxlOptions, maxl } from "@outrigger/core/procedure/maxl";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { taml } from "@outrigger/core/procedure/taml";
import { Random } from "@outrigger/core/random";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { weightedForward } from "@outrigger/core/train/loss";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import type { Scalar } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { allProcedures } from "./support/procedures.ts";
import { counting, productsOf } from "./support/products.ts";
import { searched, toySpace } from "./support/searched-toy.ts";
import { type Batch, stepper } from "./support/stepper.ts";

/** One held-out batch, as large as a training batch. */
const { model: _shallow, ...data } = toy({ dropout: 0, samples: 320, batchSize: 64 });
const [y, a, s, c] = data.tasks as [Task, Task, Task, Task];
type Task = (typeof data.tasks)[number];

/** Deep enough that a backward pass takes twice the products of a forward pass, and the heads next to nothing. */
const trunk = mlp({ sizes: [3, 32, 32, 32, 32, 32] });
const modelOf = (outputs: Readonly<Record<string, number>>): ReturnType<typeof splitModel<Batch>> => {
  const heads = Object.entries(outputs).map(
    ([name, count]) => [name, dense({ inputs: 32, outputs: count })] as const,
  );
  const headOf = Object.fromEntries(heads);
  return splitModel<Batch>({
    init: (random) => ({
      trunk: trunk.init(random),
      heads: Object.fromEntries(heads.map(([name, head]) => [name, head.init(random)])),
    }),
    represent: (params, { inputs }, mode) => trunk.apply(params as never, inputs, mode),
    decode: (params, z, _batch, mode, task) => headOf[task]!.apply(params as never, z, mode),
  });
};

interface Problem {
  readonly tasks: readonly Task[];
  readonly model: ReturnType<typeof modelOf>;
}
const plain: Problem = { tasks: data.tasks, model: modelOf({ y: 1, a: 1, s: 1, c: 1 }) };
/** The class as the primary, and a head that is taught. */
const taught: Problem = {
  tasks: [{ ...c, role: "primary" }, generatedTask("y") as Task, a, s],
  model: modelOf({ y: 4, a: 1, s: 1, c: 1 }),
};
/** The generator is small beside the network: its passes are not in what a procedure declares. */
const teach = (options: MaxlOptions = {}): Procedure =>
  maxl({ task: "y", generator: dense({ inputs: 3, outputs: 4 }), subclasses: [2, 2], ...options });

/** The regression as the primary, and a head that learns made-up labels; its generator is small as well. */
const generating: Problem = { tasks: [y, generatedTask("c") as Task, a, s], model: plain.model };
const generate = (options: DtgAuxlOptions = {}): Procedure =>
  dtgAuxl({ inputs: 3, task: "c", hidden: 1, noise: 1, interval: 4, ...options });
/** What a space of objectives asks of a model. */
const objectives: Problem = {
  tasks: searched({ ...data, model: _shallow }).tasks,
  model: modelOf({ a: 1, reconstruct: 3, again: 3, label: 1 }),
};

/** Multiplications of a forward pass, and of the backward pass after it. */
function unit({ tasks, model }: Problem, batch: Tree<NDArray>): { forward: number; backward: number } {
  const params = model.init(Random.seeded(1, "init")) as unknown as Tree<NDArray>;
  const ones = tasks.map(() => tf.scalar(1));
  const loss = (p: ParamsTensors, b: Batch): Scalar => weightedForward({ model, tasks }, p, b, ones).total;
  const forward = productsOf(loss as never, [params, batch]);
  const step = productsOf(((p: ParamsTensors, b: Batch) => gradients([loss(p, b)], p)[0]) as never, [
    params,
    batch,
  ]);
  return { forward, backward: step - forward };
}

/** How a procedure is tried: over whole rounds, on what it trains. */
interface Trial {
  readonly make: () => Procedure;
  /** Default 4. */
  readonly steps?: number;
  /** Default: four tasks of one output each. */
  readonly problem?: Problem;
}

/** Those that do not train the tasks as they are, or whose round is long. */
const trials: Readonly<Record<string, Trial>> = {
  aangSearch: { make: () => aangSearch({ space: toySpace() }), problem: objectives },
  alphaVil: { make: () => alphaVil({ interval: 4, metaSteps: 3 }) },
  // A network of one unit: it sees every sample of every task.
  auxTs: { make: () => auxTs({ hidden: 1 }) },
  auxilearn: { make: () => auxilearn({ interval: 4 }) },
  auxinashImplicit: { make: () => auxinashImplicit({ interval: 4 }) },
  dtgAuxl: { make: generate, problem: generating },
  forkmerge: { make: () => forkmerge({ interval: 4 }) },
  maxl: { make: teach, problem: taught },
};
const more: Readonly<Record<string, Trial>> = {
  "aangSearch of one cell that rests": {
    make: () => aangSearch({ space: toySpace(), cells: 1, learningRate: 0, splitLearningRate: 0 }),
    problem: objectives,
  },
  "auxTs by differences": { make: () => auxTs({ hidden: 1, derivative: "differences" }) },
  "auxinashImplicit by the identity": {
    make: () => auxinashImplicit({ interval: 4, inverse: "identity" }),
  },
  "auxinashImplicit by conjugate gradients": {
    make: () => auxinashImplicit({ interval: 4, inverse: "conjugate-gradients" }),
  },
  "dtgAuxl by the identity": { make: () => generate({ inverse: "identity" }), problem: generating },
  "dtgAuxl by conjugate gradients": {
    make: () => generate({ inverse: "conjugate-gradients" }),
    problem: generating,
  },
  "headFirst with three head steps": { make: () => headFirst({ headSteps: 3 }) },
  "taml by differences": { make: () => taml({ derivative: "differences" }) },
  "autoLambda by differences": { make: () => autoLambda({ derivative: "differences" }) },
  "auxilearn by a Neumann series": { make: () => auxilearn({ interval: 4, inverse: "neumann" }) },
  "auxilearn by conjugate gradients": {
    make: () => auxilearn({ interval: 4, inverse: "conjugate-gradients" }),
  },
  "forkmerge with two branches": { make: () => forkmerge({ interval: 4, branches: "all" }) },
  "maxl by differences": { make: () => teach({ derivative: "differences" }), problem: taught },
};

const all = (await allProcedures()).map(([name, make]): [string, Trial] => [name, trials[name] ?? { make }]);

test("every procedure declares what it costs", () => {
  expect(all.filter(([, { make }]) => typeof make().passes !== "function")).toEqual([]);
  expect(all.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(trials)));
});

test("look-ahead, implicit derivatives and branches cost what their equations say", () => {
  const of = ({ passes }: Procedure): unknown => passes!({ tasks: 4, heldOut: 1 });
  // The step looked at, the held-out gradient, two forward passes, the step made.
  const look = { forward: 1 + 1 + 2 + 1, backward: 1 + 1 + 1 };
  expect(of(autoLambda({ derivative: "differences" }))).toEqual(look);
  expect(of(maxl({ derivative: "differences" }))).toEqual(look);
  // The step; on every tenth a held-out gradient, J products and the mixed derivative.
  const J = 2;
  expect(of(auxilearn({ interval: 10, inverse: "conjugate-gradients", terms: J }))).toEqual({
    forward: 1 + (1 + 2 * J + 1) / 10,
    backward: 1 + (1 + 3 * J + 1) / 10,
  });
  // B steps; at a merge B branches alone, and six mixtures for all but the best.
  expect(of(forkmerge({ interval: 100 }))).toEqual({ forward: 4 + (4 + 6 * 3) / 100, backward: 4 });
});

test.each([...all, ...Object.entries(more)])(
  "%s takes the passes that it declares, to a twentieth, counted in multiplications",
  async (_, { make, steps = 4, problem = plain }) => {
    const procedure = make();
    const { tasks, model } = problem;
    let found = 0;
    const run = stepper({
      tasks,
      model,
      method: counting(procedure, (products) => {
        found += products;
      }),
      optimizer: sgd({ learningRate: 0.01 }),
      dev: data.validation,
      params: model.init(Random.seeded(1, "init")),
    });
    const [batch] = data.train.epoch(null);
    for (let step = 0; step < steps; step++) await run.run(batch as never, 0);
    await run.dispose();
    const one = unit(problem, batch as never);
    const { passes } = procedure;
    const declared = passes!({ tasks: tasks.length, heldOut: 1 });
    const expected = declared.forward * one.forward + declared.backward * one.backward;
    expect(found / steps / expected).toBeGreaterThan(0.95);
    expect(found / steps / expected).toBeLessThan(1.05);
  },
);
