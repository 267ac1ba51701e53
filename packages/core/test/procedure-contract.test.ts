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
import { metaTartanFreshHead } from "@outrigger/core/procedure/meta-tartan-fresh-head";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { taml } from "@outrigger/core/procedure/taml";
import { Random } from "@outrigger/core/random";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { expect, test } from "vitest";
import { type Toy, toy, twoClasses } from "./fixtures/toy.ts";
import { refused, thrown } from "./support/errors.ts";
import { procedureContract, type Trial } from "./support/procedure-contract.ts";
import { allProcedures } from "./support/procedures.ts";
import { searched, toySpace } from "./support/searched-toy.ts";
import { stepper } from "./support/stepper.ts";

type ToyTask = Toy["tasks"][number];

const procedures = await allProcedures();

test("the folder is read", () => {
  expect(procedures.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      "aangSearch",
      "alphaVil",
      "autoLambda",
      "auxTs",
      "auxilearn",
      "auxinashImplicit",
      "dtgAuxl",
      "forkmerge",
      "headFirst",
      "maxl",
      "metaTartanFreshHead",
      "taml",
    ]),
  );
});

const teach = (options: MaxlOptions = {}): Procedure =>
  maxl({ task: "y", generator: dense({ inputs: 3, outputs: 4 }), subclasses: [2, 2], ...options });

/** The regression as the primary, with a head that learns generated labels. */
const generating = ({ tasks, ...data }: Toy): Toy => {
  const [y, a, s] = tasks as [ToyTask, ToyTask, ToyTask, ToyTask];
  return { ...data, tasks: [y, generatedTask("c") as ToyTask, a, s] };
};
const generate = (options: DtgAuxlOptions = {}): Procedure =>
  dtgAuxl({ inputs: 3, task: "c", interval: 2, ...options });

const slow = sgd({ learningRate: 1e-4 });

/** A trial with every option changed once: all are settings, but for functions. */
const trial = <O extends object>(
  make: (options: O) => Procedure,
  options: NoInfer<O>,
  changed: Required<Omit<NoInfer<O>, "onUpdate" | "onWeights" | "inputsOf" | "classesOf">>,
  rest: Trial = {},
): [make: () => Procedure, trial: Trial] => {
  const others = Object.entries(changed).map(([name, value]) => [
    name,
    () => make({ ...options, [name]: value }),
  ]);
  return [() => make(options), { ...rest, others: Object.fromEntries(others) }];
};

const weighing = { hidden: 7, optimizer: slow, derivative: "differences", difference: 0.1 } as const;
const combining = {
  combiner: [3],
  initial: 0.5,
  inverse: "conjugate-gradients",
  terms: 2,
  interval: 3,
  optimizer: slow,
  maxSlopeNorm: 1,
} as const;
const teaching = {
  generator: mlp({ sizes: [3, 5, 4] }),
  subclasses: [3, 1],
  task: "a",
  gamma: 1,
  entropy: 0.1,
  optimizer: slow,
  derivative: "differences",
  difference: 0.1,
} as const;
const making = {
  inputs: 2,
  subclasses: [2, 2],
  task: "a",
  hidden: 7,
  noise: 3,
  weight: 2,
  regularisation: 0.2,
  margin: 0.5,
  inverse: "identity",
  terms: 2,
  interval: 3,
  optimizer: slow,
  maxSlopeNorm: 1,
} as const;
const learning = { initial: 1, optimizer: slow, derivative: "differences", difference: 0.1 } as const;

/** How each procedure is tried: with rounds short enough to test, on data that it can train on, and with every option changed. */
const trials: Record<string, [make: () => Procedure, trial: Trial]> = {
  aangSearch: trial(
    aangSearch,
    { space: toySpace() },
    {
      space: { ...toySpace(), cells: toySpace().cells.slice(1) },
      cells: 2,
      shares: "all",
      learningRate: 0.2,
      splitLearningRate: 0.2,
      interval: 4,
      headOptimizer: slow,
      headSteps: 2,
      maxObjectiveNorm: 1,
    },
    { data: searched, every: 9, least: 4 },
  ),
  alphaVil: trial(
    alphaVil,
    { interval: 4, metaSteps: 3 },
    { interval: 5, metaSteps: 4, learningRate: 0.1 },
    { every: 4 },
  ),
  autoLambda: trial(autoLambda, {}, learning),
  auxTs: trial(auxTs, {}, weighing),
  auxinashImplicit: trial(
    auxinashImplicit,
    { interval: 2 },
    { learningRate: 0.2, interval: 3, inverse: "identity", terms: 2 },
    { every: 2 },
  ),
  auxilearn: trial(auxilearn, { interval: 2, inverse: "neumann" }, combining, { least: 2 }),
  dtgAuxl: trial(generate, {}, making, { data: generating, every: 2, least: 2 }),
  forkmerge: trial(
    forkmerge,
    { interval: 4 },
    {
      interval: 5,
      branches: "all",
      prune: true,
      ranking: { steps: 2, top: [0, 1] },
      best: { every: 2, since: "merge" },
    },
    { every: 4 },
  ),
  headFirst: trial(headFirst, {}, { headSteps: 2 }),
  maxl: trial(teach, {}, teaching, { data: twoClasses, least: 2 }),
  metaTartanFreshHead: trial(
    metaTartanFreshHead,
    {},
    { learningRate: 0.1, scale: "mean", headSteps: 2, headOptimizer: slow },
  ),
  taml: trial(taml, {}, weighing),
};

test("every procedure is tried", () => {
  expect(Object.keys(trials).sort()).toEqual(procedures.map(([name]) => name).sort());
});

for (const [name, [make, tried]] of Object.entries(trials)) procedureContract(name, make, tried);

procedureContract("auxilearn with a network", () => auxilearn({ interval: 1, combiner: [3, 3] }), {
  least: 2,
});

procedureContract("headFirst with three head steps", () => headFirst({ headSteps: 3 }));
procedureContract(
  "dtgAuxl on classes",
  () => generate({ task: "y", subclasses: [2, 2], inverse: "identity" }),
  { data: twoClasses, every: 2, least: 2 },
);

procedureContract("maxl by differences", () => teach({ derivative: "differences" }), {
  data: twoClasses,
  least: 2,
});

procedureContract("forkmerge with pruning", () => forkmerge({ interval: 4, branches: "all", prune: true }), {
  every: 4,
});

procedureContract(
  "forkmerge with ranking and the best of each branch",
  () => forkmerge({ interval: 4, ranking: { steps: 3, top: [0, 1, 3] }, best: { every: 3, since: "start" } }),
  { every: 7 },
);

procedureContract("autoLambda by differences", () => autoLambda({ derivative: "differences" }));

procedureContract("auxTs by differences", () => auxTs({ derivative: "differences" }));

test("options that no run can use are refused", () => {
  for (const make of [
    () => autoLambda({ initial: -1 }),
    () => autoLambda({ difference: 0 }),
    () => forkmerge({ interval: 0 }),
    () => forkmerge({ ranking: { steps: 0, top: [0] } }),
    () => forkmerge({ ranking: { steps: 2, top: [] } }),
    () => forkmerge({ ranking: { steps: 2, top: [0.5] } }),
    () => forkmerge({ ranking: { steps: 2, top: [-1] } }),
    () => forkmerge({ ranking: { steps: 2, top: [0] }, branches: "all" }),
    () => forkmerge({ best: { every: 0, since: "merge" } }),
    () => alphaVil({ interval: 1.5 }),
    () => alphaVil({ metaSteps: 0 }),
    () => alphaVil({ learningRate: -1 }),
    () => headFirst({ headSteps: -1 }),
    () => headFirst({ headSteps: 0.5 }),
    () => auxilearn({ initial: -1 }),
    () => auxilearn({ terms: 0 }),
    () => auxilearn({ combiner: [0] }),
    () => auxilearn({ maxSlopeNorm: 0 }),
    () => dtgAuxl({ interval: 0 }),
    () => dtgAuxl({ noise: 0 }),
    () => dtgAuxl({ weight: -1 }),
    () => dtgAuxl({ regularisation: -1 }),
    () => dtgAuxl({ margin: 0 }),
    () => metaTartanFreshHead({ headSteps: 0 }),
    () => metaTartanFreshHead({ learningRate: -1 }),
    () => auxinashImplicit({ terms: 0 }),
    () => auxinashImplicit({ interval: 0 }),
    () => auxinashImplicit({ learningRate: -1 }),
    () => auxTs({ hidden: 0 }),
    () => auxTs({ difference: 0 }),
    () => taml({ hidden: 1.5 }),
    () => taml({ difference: 2 }),
    () => maxl({ gamma: 0.5 }),
    () => maxl({ entropy: -1 }),
    () => maxl({ difference: 0 }),
  ]) {
    expect(thrown(make).code).toBe("bad-option");
  }
});

test.each([
  ["alphaVil", alphaVil],
  ["autoLambda", autoLambda],
  ["auxTs", auxTs],
  ["auxilearn", auxilearn],
  ["auxinashImplicit", auxinashImplicit],
  ["forkmerge", forkmerge],
  ["metaTartanFreshHead", metaTartanFreshHead],
  ["taml", taml],
])("%s says so when it has no held-out data", async (_, make: () => Procedure) => {
  const open = async (): Promise<void> => stepper({ method: make() }).dispose();
  expect(await refused(open())).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("Pass `dev`"),
  });
});

test("maxl says what it misses", async () => {
  const data = twoClasses(toy());
  const code = async (method: Procedure, tasks = data.tasks): Promise<string> => {
    const run = async (): Promise<unknown> =>
      stepper({ ...data, params: data.model.init(Random.seeded(1, "init")), tasks, method }).run(
        [...data.train.epoch(null)][0]!,
        0,
      );
    return (await refused(run())).message;
  };
  expect(await code(maxl())).toContain("maxl needs `generator`");
  expect(await code(maxl({ generator: dense({ inputs: 3, outputs: 4 }), task: "y" }))).toContain(
    "`subclasses`",
  );
  expect(await code(teach({ task: "z" }))).toContain('no auxiliary "z" among c, y, a, s');
  expect(await code(teach({ subclasses: [2, 3] }))).toContain("2 classes have 5 sub-classes");
  expect(await code(teach(), [data.tasks[0]!, { ...data.tasks[1]!, name: "a" }])).toContain(
    'no auxiliary "y"',
  );
});

test("dtgAuxl says what it misses", async () => {
  const data = generating(toy());
  const message = async (options: DtgAuxlOptions): Promise<string> => {
    const run = async (): Promise<unknown> =>
      stepper({ ...data, dev: data.validation, method: dtgAuxl(options) }).run(
        [...data.train.epoch(null)][0]!,
        0,
      );
    return (await refused(run())).message;
  };
  expect(await message({ task: "c" })).toContain("dtgAuxl needs `inputs`");
  expect(await message({ inputs: 3 })).toContain('no auxiliary "generated" among y, c, a, s');
  expect(await message({ inputs: 3, task: "c", subclasses: [1, 1] })).toContain(
    "2 classes have 2 sub-classes",
  );
});
