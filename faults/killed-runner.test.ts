import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "@outrigger/bench/error";
import { readResults } from "@outrigger/bench/results/read";
import { describe } from "vitest";
import { outrigger, reached, start } from "../packages/bench/test/command.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();
const all = 2 * (5 + 5 + 3 * 7);

const asked = (out: string): string[] => [
  "run",
  "toy/noise",
  "--tier=ci",
  "--workers=2",
  `--out=${out}`,
  `--report=${join(out, "report")}`,
];
const resultsOf = (out: string): string => join(out, "toy/ci.jsonl");
const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];

/** @throws Lost unless every trial has one row, and none two. */
function whole(out: string): void {
  const { rows, remarks } = readResults(resultsOf(out));
  kept(remarks.length === 0, `lines that are no rows, or repeated ones: ${JSON.stringify(remarks)}`);
  kept(rows.length === all && linesOf(resultsOf(out)).length === all, `${rows.length} rows of ${all}`);
  kept(new Set(rows.map(({ id }) => id)).size === all, "a trial has two rows");
}

describe("The runner", () => {
  fault("killed with SIGKILL at three random moments, then run again", { cases: [4, 0] }, async (random) => {
    const out = fresh();
    const path = resultsOf(out);
    for (let kill = 0; kill < 3; kill++) {
      const before = linesOf(path);
      const { child, ended } = start(asked(out), { env: { TOY_DELAY: "100" } });
      await reached(path, before.length + random.integer(3));
      await new Promise((resolve) => setTimeout(resolve, random.integer(500)));
      child.kill("SIGKILL");
      await ended;
      const after = linesOf(path);
      kept(
        before.every((line, i) => after[i] === line),
        "a row that was on the disk is gone or another",
      );
    }
    const last = await outrigger(asked(out));
    kept(last.code === 0, last.output);
    whole(out);
  });

  fault("twice on one folder at the same time", { cases: [4, 0] }, async (random) => {
    const out = fresh();
    const first = outrigger(asked(out));
    await new Promise((resolve) => setTimeout(resolve, random.integer(600)));
    const both = await Promise.all([first, outrigger(asked(out))]);
    const refused = both.filter(({ code }) => code !== 0);
    for (const { output } of refused) kept(output.includes("in use by another runner"), output);
    kept(refused.length < 2, "neither ran");
    whole(out);
  });

  fault("while its clock jumps by years, back and forth", { cases: [3, 0] }, async (random) => {
    const out = fresh();
    const node = ["--import", new URL("support/jumping-clock.mjs", import.meta.url).href];
    for (let times = 0; times < 2; times++) {
      const ended = await outrigger(asked(out), {
        node,
        env: { CLOCK_SEED: String(random.integer(1000)), NODE_OPTIONS: node.join(" ") },
      });
      kept(ended.code === 0, ended.output);
    }
    whole(out);
  });

  fault("with trials that die of memory", { cases: [3, 0] }, async () => {
    const [out, mark] = [fresh(), fresh()];
    const args = [
      "run",
      "toy/limits",
      "--methods",
      "memory-once",
      "fine",
      `--out=${out}`,
      `--report=${join(out, "report")}`,
    ];
    const env = { TOY_MARK: mark, NODE_OPTIONS: "--max-old-space-size=100" };
    const ended = await outrigger(args, { env });
    kept(ended.code === 0, ended.output);
    const { rows } = readResults(join(out, "toy/smoke.jsonl"));
    const died = rows.find(({ method }) => method === "memory-once");
    kept(died?.status === "done" && died.provenance.attempts === 2, "the trial was not started anew");
    kept(
      rows.some(({ method, status }) => method === "fine" && status === "done"),
      "another trial was lost with it",
    );
  });

  fault("with results that nobody may write", { cases: [2, 1] }, async (_, i) => {
    const out = fresh();
    if (i % 2 === 0) writeFileSync(join(out, "toy"), "a file where a folder should be");
    else mkdirSync(resultsOf(out), { recursive: true });
    const ended = await outrigger(asked(out));
    if (ended.code === 0 || /\n\s+at /.test(ended.output)) throw new Error(ended.output);
    kept(existsSync(join(out, "toy")), "what was there is gone");
    throw new BenchError("disk", ended.output);
  });
});
