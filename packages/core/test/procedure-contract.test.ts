import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { expect, test } from "vitest";
import { refused, thrown } from "./support/errors.ts";
import { procedureContract } from "./support/procedure-contract.ts";
import { allProcedures } from "./support/procedures.ts";
import { stepper } from "./support/stepper.ts";

const procedures = await allProcedures();

test("the folder is read", () => {
  expect(procedures.map(([name]) => name)).toEqual(expect.arrayContaining(["autoLambda"]));
});

for (const [name, make] of procedures) procedureContract(name, make);

procedureContract("autoLambda by differences", () => autoLambda({ derivative: "differences" }));

test("options that no run can use are refused", () => {
  for (const make of [() => autoLambda({ initial: -1 }), () => autoLambda({ difference: 0 })]) {
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
