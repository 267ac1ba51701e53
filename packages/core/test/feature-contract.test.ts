import { rotograd } from "@outrigger/core/feature/rotograd";
import { expect, test } from "vitest";
import { thrown } from "./support/errors.ts";
import { featureContract } from "./support/feature-contract.ts";
import { allFeatureMethods } from "./support/feature-methods.ts";

const methods = await allFeatureMethods();

test("the folder is read", () => {
  expect(methods.map(([name]) => name)).toEqual(expect.arrayContaining(["rotograd"]));
});

for (const [name, make] of methods) featureContract(name, make);

featureContract("rotograd, two of four features", () => rotograd({ dimensions: 2, rate: 1, burnIn: 3 }));

test("options that no run can use are refused", () => {
  for (const make of [
    () => rotograd({ rate: 0 }),
    () => rotograd({ rate: Number.NaN }),
    () => rotograd({ burnIn: 0 }),
    () => rotograd({ dimensions: 1.5 }),
  ]) {
    expect(thrown(make).code).toBe("bad-option");
  }
  expect(thrown(() => rotograd({ dimensions: 5 }).layer(4))).toMatchObject({
    code: "bad-option",
    message: expect.stringContaining("dimensions is 5, but the representation has 4 features"),
  });
});
