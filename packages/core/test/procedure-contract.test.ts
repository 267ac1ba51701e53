import { dense } from "@outrigger/core/nn/dense";
import { aangSearch } from "@outrigger/core/procedure/aang-search";
import { alphaVil } from "@outrigger/core/procedure/alpha-vil";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { auxilearn } from "@outrigger/core/procedure/auxilearn";
import { type DtgAuxlOptions, dtgAuxl } from "@outrigger/core/procedure/dtg-auxl";
import { forkmerge } from "@outrigger/core/procedure/forkmerge";
import { type MaxlOptions, maxl } from "@outrigger/core/procedure/maxl";
import { metaTartanFreshHead } from "@outrigger/core/procedure/meta-tartan-fresh-head";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { Random } from "@outrigger/core/random";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { splitModel } from "@outrigger/core/train/split-model";
import { expect, test } from "vitest";
import { type Toy, toy } from "./fixtures/toy.ts";
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
      "auxilearn",
      "dtgAuxl",
      "forkmerge",
      "maxl",
      "metaTartanFreshHead",
    ]),
  );
});

/** The binary task as the primary, and a head of four outputs that is taught. */
const twoClasses = ({ model, tasks, ...data }: Toy): Toy => {
  const [, a, s, c] = tasks as [ToyTask, ToyTask, ToyTask, ToyTask];
  const wide = dense({ inputs: 16, outputs: 4 });
  return {
    ...data,
    tasks: [{ ...c, role: "primary" }, generatedTask("y") as ToyTask, a, s],
    model: splitModel({
      ...model,
      init(random) {
        const { trunk, heads } = model.init(random);
        const { kernel, bias } = wide.init(random);
        return { trunk, heads: { ...heads, y: { w: kernel, b: bias } } };
      },
    }),
  };
};
const teach = (options: MaxlOptions = {}): Procedure =>
  maxl({ task: "y", generator: dense({ inputs: 3, outputs: 4 }), subclasses: [2, 2], ...options });

/** The regression as the primary, with a head that learns generated labels. */
const generating = ({ tasks, ...data }: Toy): Toy => {
  const [y, a, s] = tasks as [ToyTask, ToyTask, ToyTask, ToyTask];
  return { ...data, tasks: [y, generatedTask("c") as ToyTask, a, s] };
};
const generate = (options: DtgAuxlOptions = {}): Procedure =>
  dtgAuxl({ inputs: 3, task: "c", interval: 2, ...options });

/** Procedures that do not train the toy as it is, or have rounds, made short enough to test. */
const trials: Record<string, [make: () => Procedure, trial: Trial]> = {
  aangSearch: [() => aangSearch({ space: toySpace() }), { data: searched, every: 9, least: 4 }],
  alphaVil: [() => alphaVil({ interval: 4, metaSteps: 3 }), { every: 4 }],
  auxilearn: [() => auxilearn({ interval: 2, inverse: "neumann" }), { least: 2 }],
  forkmerge: [() => forkmerge({ interval: 4 }), { every: 4 }],
  dtgAuxl: [generate, { data: generating, every: 2, least: 2 }],
  maxl: [teach, { data: twoClasses, least: 2 }],
};

for (const [name, plain] of procedures) {
  const [make, trial] = trials[name] ?? [plain, {}];
  procedureContract(name, make, trial);
}

procedureContract("auxilearn with a network", () => auxilearn({ interval: 1, combiner: [3, 3] }), {
  least: 2,
});

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

procedureContract("autoLambda by differences", () => autoLambda({ derivative: "differences" }));

test("options that no run can use are refused", () => {
  for (const make of [
    () => autoLambda({ initial: -1 }),
    () => autoLambda({ difference: 0 }),
    () => forkmerge({ interval: 0 }),
    () => alphaVil({ interval: 1.5 }),
    () => alphaVil({ metaSteps: 0 }),
    () => alphaVil({ learningRate: -1 }),
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
  ["auxilearn", auxilearn],
  ["forkmerge", forkmerge],
  ["metaTartanFreshHead", metaTartanFreshHead],
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
