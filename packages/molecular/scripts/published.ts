// Prints the reference rows of a dataset beside published numbers: node --conditions=@outrigger/source --import tsx scripts/published.ts esol ci
import { existsSync } from "node:fs";
import { type Benchmark, type Tier, tiers } from "@outrigger/bench/benchmark";
import { readResults } from "@outrigger/bench/results/read";
import { summarize } from "@outrigger/bench/results/summary";
import { besidePublished } from "../src/experiment/published.ts";

const [dataset = "esol", asked = "ci"] = process.argv.slice(2);
const tier: Tier = tiers.find((each) => each === asked) ?? "ci";
const path = new URL(`../results/${tier}.jsonl`, import.meta.url).pathname;
const { default: benchmark } = (await import(`../bench/${dataset}.ts`)) as { default: Benchmark };
const rows = existsSync(path) ? readResults(path).rows : [];
const groups = summarize(benchmark, tier, "", rows)?.groups ?? [];
const ours = groups.flatMap(({ group, lines }) =>
  lines.map(({ method, values }) => ({ row: `${group} / ${method}`, values: [...values.values()] })),
);
if (ours.length === 0)
  console.error(`There are no rows of ${benchmark.name}, version ${benchmark.version}, in ${path}.`);
console.log(besidePublished(dataset, ours));
