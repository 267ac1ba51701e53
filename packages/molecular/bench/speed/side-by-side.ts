/**
 * A single model of ours beside chemprop, as each would be trained by somebody who changes nothing: error on the test part, and the time of the whole
 * training. Chemprop's D-MPNN has its defaults (width 300, 50 epochs of batches of 64); ours is what validation prefers among the models of the row
 * `model-by-validation`. The same split (OGB's), seeds, threads and way to choose the epoch; they take turns seed by seed.
 *
 *     PYTHON=.venv/bin/python node --conditions=@outrigger/source --import tsx packages/molecular/bench/speed/side-by-side.ts
 *
 * Options: --datasets esol,freesolv,lipophilicity, --seeds 0,1,2,3,4, --threads 2, --python PATH. Times are from the first batch to the last validation;
 * features are computed before, by both. Each training is printed to standard error as it ends.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MOLECULE_SOURCES } from "../../src/data/sources.ts";
import { problemOf } from "../../src/experiment/problem.ts";

const { values: options } = parseArgs({
  options: {
    datasets: { type: "string", default: "esol,freesolv,lipophilicity" },
    seeds: { type: "string", default: "0,1,2,3,4" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: process.env["PYTHON"] ?? "python3" },
  },
});
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a training came to. */
interface Outcome {
  readonly validation: number;
  readonly test: number;
  readonly wall: number;
  readonly processor: number;
}

/** The last line of JSON that a command prints. */
function outcome(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [out, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("close", (code) => {
      const last = out
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .at(-1);
      if (code !== 0 || last === undefined) reject(new Error(`${command} ended with ${code}. ${errors}`));
      else resolve(JSON.parse(last) as Outcome);
    });
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const shown = (values: readonly number[]): string =>
  `${mean(values).toFixed(3)} (${values.map((v) => v.toFixed(3)).join(" ")})`;

const folder = mkdtempSync(join(tmpdir(), "outrigger-molecular-"));
console.log(`${options.threads} threads, load ${loadavg()[0]!.toFixed(1)}`);
for (const name of options.datasets.split(",")) {
  const source = MOLECULE_SOURCES[name]!;
  const { smiles, targets, split } = await problemOf(source);
  const [column] = Object.values(targets.columns);
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ smiles, labels: [...column!.values], split }));
  const all: Record<"ours" | "chemprop", Outcome[]> = { ours: [], chemprop: [] };
  for (const seed of options.seeds.split(",")) {
    const chemprop = [pathOf("../peers/chemprop_default.py"), file, options.threads, seed];
    const ours = [...process.execArgv, pathOf("side-worker.ts"), name, options.threads, seed];
    all.chemprop.push(await outcome(options.python, chemprop));
    all.ours.push(await outcome(process.execPath, ours));
    for (const who of ["chemprop", "ours"] as const) console.error(name, seed, who, all[who].at(-1));
  }
  for (const who of ["chemprop", "ours"] as const) {
    const of = (key: keyof Outcome): number[] => all[who].map((one) => one[key]);
    console.log(
      `${name}, ${who}: RMSE ${shown(of("test"))} on test, ${mean(of("validation")).toFixed(3)} on validation; ${mean(of("wall")).toFixed(1)} s, ${mean(of("processor")).toFixed(1)} processor seconds`,
    );
  }
  const ratio = mean(all.ours.map(({ wall }, i) => wall / all.chemprop[i]!.wall));
  console.log(`${name}: our training takes ${ratio.toFixed(2)} of chemprop's time`);
}
rmSync(folder, { recursive: true });
