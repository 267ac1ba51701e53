import { expect, test } from "vitest";
import * as core from "../src/index.ts";
import { allRules } from "./support/rules.ts";

test("every rule is exported by the package itself, not only by its own path", async () => {
  const missing = (await allRules()).map(([factory]) => factory).filter((factory) => !(factory in core));
  expect(missing).toEqual([]);
});
