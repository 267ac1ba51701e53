import { expect, test } from "vitest";
import { allAggregators } from "../../core/test/support/aggregators.ts";
import { allFeatureMethods } from "../../core/test/support/feature-methods.ts";
import { allRules } from "../../core/test/support/rules.ts";
import benchmark from "../bench/low-data.ts";
import { rules } from "../src/rules.ts";

test("every rule and aggregator of core has a row, and every method between trunk and heads", async () => {
  const rows = new Set(Object.values(rules).map((make) => make().name));
  const all = [...(await allRules()), ...(await allAggregators()), ...(await allFeatureMethods())];
  const names = all.map(([, make]) => make().name).filter((name) => name !== "sum");
  const missing = names.filter((name) => !rows.has(name));
  expect(missing).toEqual([]);
});

test("the ci tier runs all rows on thirty seeds, and no row has anything to tune", () => {
  expect(benchmark.arms("ci").map(({ method }) => method)).toEqual(Object.keys(rules));
  expect(benchmark.tiers.ci?.seeds).toHaveLength(30);
  expect(benchmark.arms("ci").filter(({ candidates }) => candidates !== undefined)).toEqual([]);
});
