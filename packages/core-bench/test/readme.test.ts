import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Benchmark } from "@outrigger/bench/benchmark";
import { markdownTable } from "@outrigger/bench/report/table";
import { readResults } from "@outrigger/bench/results/read";
import { summarize } from "@outrigger/bench/results/summary";
import { expect, it } from "vitest";

const home = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${home}README.md`, "utf8").split("\n");
const { rows } = readResults(`${home}results/ci.jsonl`);

// To bring a table up to date: npx outrigger table NAME --reference --tier ci --markdown
it.each(readdirSync(`${home}bench`))("the README has the table of the committed rows of %s", async (file) => {
  const { default: benchmark } = (await import(`../bench/${file}`)) as { default: Benchmark };
  const table = markdownTable(summarize(benchmark, "ci", "", rows)!)
    .split("\n")
    .filter((line) => line.startsWith("|"));
  expect(readme).toEqual(expect.arrayContaining(table));
});
