import { expect, test } from "vitest";
import * as core from "../src/index.ts";
import { allProcedures } from "./support/procedures.ts";
import { allRules } from "./support/rules.ts";

test("every rule and procedure is exported by the package itself, not only by its own path", async () => {
  const missing = [...(await allRules()), ...(await allProcedures())]
    .map(([factory]) => factory)
    .filter((factory) => !(factory in core));
  expect(missing).toEqual([]);
});
