import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { allAggregators } from "./support/aggregators.ts";
import { allCombinators } from "./support/combinators.ts";
import { allFeatureMethods } from "./support/feature-methods.ts";
import { documented, methods } from "./support/methods.ts";
import { looksAtGradients, methodsPage, policies } from "./support/methods-table.ts";
import { allPolicies } from "./support/policies.ts";
import { allProcedures } from "./support/procedures.ts";
import { allRules } from "./support/rules.ts";

const found = [
  ...(await methods("weighting")),
  ...(await methods("aggregator")),
  ...(await methods("feature")),
  ...(await methods("procedure")),
];

test("every method's docstring is found", async () => {
  const all = [
    ...(await allRules()),
    ...(await allAggregators()),
    ...(await allFeatureMethods()),
    ...(await allProcedures()),
  ];
  expect(found.map(({ factory }) => factory).sort()).toEqual(all.map(([name]) => name).sort());
});

test("every combinator's docstring says its cost", async () => {
  const told = documented("weighting/combine").filter(({ cost }) => cost !== undefined);
  expect(told.map(({ factory }) => factory).sort()).toEqual(await allCombinators());
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

test("every sharing policy's docstring says its cost, its paper, and where it differs", async () => {
  expect(
    policies()
      .map(({ factory }) => factory)
      .sort(),
  ).toEqual((await allPolicies()).map(([name]) => name).sort());
  for (const { factory, cited, remarks } of policies()) {
    expect(cited, `the paper of ${factory}: authors, "title", venue, address`).toBeDefined();
    expect(remarks, `what follows the address of ${factory}`).toMatch(/\w/);
  }
});

const shown = [...found, ...policies(), ...documented("weighting/combine"), ...documented("train")].filter(
  ({ evidence }) => evidence !== undefined,
);

test("every procedure and every sharing policy names its evidence", async () => {
  const all = [...(await allProcedures()), ...(await allPolicies())].map(([name]) => name);
  expect(shown.map(({ factory }) => factory)).toEqual(expect.arrayContaining(all));
});

test.each(shown.map((one) => [one.factory, one.evidence!] as const))(
  "the evidence of %s stands on a page that names the benchmark",
  (_, { benchmark, page }) => {
    const text = readFileSync(new URL(`../../../${page}`, import.meta.url), "utf8");
    expect(text).toContain(`\`${benchmark}\``);
  },
);

test("the README counts what there is", async () => {
  const text = readFileSync(new URL("../../../README.md", import.meta.url), "utf8").replaceAll("\n", " ");
  const gram = found.filter((one) => one.file.startsWith("weighting/") && looksAtGradients(one));
  const counts = {
    "rules that look at losses": (await allRules()).length - gram.length,
    "that look at the Gram matrix": gram.length,
    "aggregators of whole gradients": (await allAggregators()).length,
    "procedures that own the step": (await allProcedures()).length,
    "combinators that make rules of rules": (await allCombinators()).length,
    "sharing policies": (await allPolicies()).length,
  };
  for (const [what, count] of Object.entries(counts)) expect(text).toContain(`${count} ${what}`);
});

test("docs/methods.md is what the sources say; `npm run docs:methods` writes it", async () => {
  await expect(await methodsPage()).toMatchFileSnapshot(
    new URL("../docs/methods.md", import.meta.url).pathname,
  );
});
