/**
 * Prints the probability of improvement over the pair of small games, with a stratified bootstrap interval, from the committed rows:
 *
 *     node --conditions=@outrigger/source --import tsx packages/rl-gvf/scripts/improvement.ts
 */
import { readFileSync } from "node:fs";
import { bootstrapInterval } from "@outrigger/bench/statistics/bootstrap";
import { probabilityOfImprovement } from "@outrigger/bench/statistics/improvement";

interface Row {
  readonly benchmark: string;
  readonly purpose: string;
  readonly status: string;
  readonly method: string;
  readonly group: string;
  readonly metrics: Readonly<Record<string, number>>;
}

const GAMES = ["breakout", "space-invaders"];
const PAIRS: readonly (readonly [string, string])[] = [
  ["random GVFs", "a2c"],
  ["multi-horizon values", "a2c"],
  ["pixel control", "a2c"],
  ["random GVFs, stop-gradient", "a2c"],
  ["random GVFs, stop-gradient", "random torso"],
  ["random GVFs", "pixel control"],
  ["random GVFs", "multi-horizon values"],
];

const rows = readFileSync(new URL("../results/ci.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Row)
  .filter(
    ({ benchmark, purpose, status }) =>
      benchmark === "rl-gvf/minatar" && purpose === "score" && status === "done",
  );

/** Returns of a method, one list a game. */
const returns = (method: string): number[][] =>
  GAMES.map((game) =>
    rows
      .filter((row) => row.method === method && row.group === game)
      .map(({ metrics }) => metrics["test/return"]!),
  );

for (const [method, other] of PAIRS) {
  const [ours, theirs] = [returns(method), returns(other)];
  const statistic = (strata: readonly (readonly number[])[]): number =>
    probabilityOfImprovement(strata.slice(0, GAMES.length), strata.slice(GAMES.length), "higher");
  const { low, high } = bootstrapInterval([...ours, ...theirs], { statistic });
  const [p, from, to] = [statistic([...ours, ...theirs]), low, high].map((value) => value.toFixed(2));
  console.log(`${method} over ${other}: ${p} [${from}, ${to}]`);
}
