/**
 * The README's tables of `linear-theory/verify`, `network-bound` and `network-sure`, from rows of results.
 *
 *     npm run tables -- [results/ci.jsonl]
 */
import { readFileSync } from "node:fs";
import { kolmogorovTest } from "../../src/verify/kolmogorov.ts";
import { normalCdf } from "../../src/verify/normal.ts";

interface Row {
  readonly benchmark: string;
  readonly method: string;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly curves?: Readonly<Record<string, readonly number[]>>;
}

const [path = new URL("../../results/ci.jsonl", import.meta.url)] = process.argv.slice(2);
const rows = readFileSync(path, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Row);

/** The rows of a benchmark by method. */
function methodsOf(benchmark: string): [string, Row[]][] {
  const own = rows.filter((row) => row.benchmark === `linear-theory/${benchmark}`);
  return [...new Set(own.map(({ method }) => method))].map((method) => [
    method,
    own.filter((row) => row.method === method),
  ]);
}

const all = (of: readonly Row[], metric: string): number[] =>
  of.map(({ metrics }) => metrics[`test/${metric}`]).filter((value) => typeof value === "number");
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
const percent = (value: number, digits: number): string => (100 * value).toFixed(digits);

function table(headings: readonly string[], body: readonly (readonly (string | number)[])[]): void {
  console.log(`\n| ${headings.join(" | ")} |\n|${" --- |".repeat(headings.length)}`);
  for (const cells of body) console.log(`| ${cells.join(" | ")} |`);
}

table(
  ["formula", "problems", "rms z", "KS p", "largest \\|z\\|", "error: median / 95 % / largest, %"],
  methodsOf("verify").map(([method, own]) => {
    const z = own.flatMap(({ curves }) => curves?.["test/z-sorted"] ?? []);
    const { pValue } = kolmogorovTest(z, normalCdf);
    const errors = [
      percent(median(all(own, "error-median")), 2),
      percent(median(all(own, "error-95")), 1),
      percent(Math.max(...all(own, "error-largest")), 1),
    ];
    return [
      method,
      z.length,
      Math.sqrt(sum(z.map((value) => value ** 2)) / z.length).toFixed(2),
      pValue < 0.001 ? pValue.toExponential(0) : pValue.toFixed(2),
      Math.max(...z.map(Math.abs)).toFixed(1),
      errors.join(" / "),
    ];
  }),
);
table(
  ["bound", "networks", "violated", "claims a benefit", "false claims", "smallest bound ÷ risk", "median"],
  methodsOf("network-bound").map(([method, own]) => [
    method,
    sum(all(own, "networks")),
    Math.round(sum(own.map(({ metrics }) => metrics["test/violated"]! * metrics["test/networks"]!))),
    sum(all(own, "certified")),
    sum(all(own, "false-claims")),
    Math.min(...all(own, "smallest-ratio")).toFixed(3),
    median(all(own, "median-ratio")).toFixed(2),
  ]),
);
table(
  ["estimate", "settings", "rms z", "largest \\|z\\|"],
  methodsOf("network-sure").map(([method, own]) => [
    method,
    sum(all(own, "settings")),
    Math.sqrt(sum(all(own, "rms-z").map((value) => value ** 2)) / own.length).toFixed(2),
    Math.max(...all(own, "largest-z")).toFixed(1),
  ]),
);
