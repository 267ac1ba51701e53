import { expect, test } from "vitest";
import { methods } from "./support/methods.ts";
import { methodsPage } from "./support/methods-table.ts";
import { allRules } from "./support/rules.ts";

const found = [...(await methods("weighting")), ...(await methods("aggregator"))];

test("every rule's docstring is found", async () => {
  expect(found.map(({ factory }) => factory)).toEqual(
    expect.arrayContaining((await allRules()).map(([name]) => name)),
  );
});

test.each(found.map((one) => [one.factory, one] as const))(
  "%s says its cost, what it was checked against, and after the paper's address where it differs",
  (_, { cost, remarks, rule }) => {
    expect(cost, "a sentence that starts with `Cost:`").toMatch(/\w/);
    expect(rule.verified, "`verified`").toMatch(/\w/);
    if (rule.paper !== null)
      expect(remarks, "what follows the address; `No difference known.`").toMatch(/\w/);
  },
);

test("docs/methods.md is what the sources say; `npm run docs:methods` writes it", async () => {
  await expect(await methodsPage()).toMatchFileSnapshot(
    new URL("../docs/methods.md", import.meta.url).pathname,
  );
});
