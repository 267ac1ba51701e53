import { alphaVil } from "@outrigger/core/procedure/alpha-vil";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { forkmerge } from "@outrigger/core/procedure/forkmerge";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { expect, test } from "vitest";
import { refused, thrown } from "./support/errors.ts";
import { procedureContract } from "./support/procedure-contract.ts";
import { allProcedures } from "./support/procedures.ts";
import { stepper } from "./support/stepper.ts";

const procedures = await allProcedures();

test("the folder is read", () => {
  expect(procedures.map(([name]) => name)).toEqual(
    expect.arrayContaining(["alphaVil", "autoLambda", "forkmerge"]),
  );
});

/** Steps between two changes of the run's parameters, where it is not every step, with rounds short enough to test. */
const rounds: Record<string, () => Procedure> = {
  alphaVil: () => alphaVil({ interval: 4, metaSteps: 3 }),
  forkmerge: () => forkmerge({ interval: 4 }),
};

for (const [name, make] of procedures) procedureContract(name, rounds[name] ?? make, name in rounds ? 4 : 1);

procedureContract(
  "forkmerge with pruning",
  () => forkmerge({ interval: 4, branches: "all", prune: true }),
  4,
);

procedureContract("autoLambda by differences", () => autoLambda({ derivative: "differences" }));

test("options that no run can use are refused", () => {
  for (const make of [
    () => autoLambda({ initial: -1 }),
    () => autoLambda({ difference: 0 }),
    () => forkmerge({ interval: 0 }),
    () => alphaVil({ interval: 1.5 }),
    () => alphaVil({ metaSteps: 0 }),
    () => alphaVil({ learningRate: -1 }),
  ]) {
    expect(thrown(make).code).toBe("bad-option");
  }
});

test.each(procedures)("%s says so when it needs held-out data and has none", async (_, make) => {
  const open = async (): Promise<void> => stepper({ method: make() }).dispose();
  expect(await refused(open())).toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("Pass `dev`"),
  });
});
