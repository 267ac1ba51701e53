import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = new URL("../../../docs/related.md", import.meta.url);
const text = readFileSync(page, "utf8");
const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => address!);
const files = links.filter((address) => !address.startsWith("https://"));

test("every link of docs/related.md to a file leads to one", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(files.filter((file) => !existsSync(new URL(file, page)))).toEqual([]);
});

test("every method and sharing policy that is built stands there", () => {
  const folders = ["weighting", "aggregator", "feature", "procedure", "sharing"];
  const types = ["weighting.ts", "aggregator.ts", "feature-method.ts", "procedure.ts", "policy.ts", "sum.ts"];
  const built = folders.flatMap((folder) =>
    readdirSync(new URL(`../src/${folder}/`, import.meta.url))
      .filter((file) => file.endsWith(".ts") && !types.includes(file))
      .map((file) => `../packages/core/src/${folder}/${file}`),
  );
  expect(built.filter((file) => !files.includes(file))).toEqual([]);
});

test("every row says where, or why not", () => {
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !/^\| (work|---)/.test(line));
  const unsaid = rows.filter((line) => {
    const where = line.split(" | ").at(-1)!;
    return !/\]\(\.\.|not built|peers?\b|tools?\b|no method|later baseline/.test(where);
  });
  expect(unsaid).toEqual([]);
});
