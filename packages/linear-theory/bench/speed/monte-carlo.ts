/**
 * Milliseconds for one replicate of the Monte Carlo, on one core, beside the same loop in numpy: D = 20, 30 + 60 rows, equal weights.
 *
 *     npm run bench:monte-carlo
 *     npm run bench:monte-carlo -- --python python3 --rounds 11 --replicates 4000
 *
 * The python is that of --python or of the variable OUTRIGGER_PYTHON, and needs numpy; without either only this package is timed. All
 * contenders take turns in every round, in one process each, and ratios are medians over the rounds, each to the same round's.
 */
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Problem } from "../../src/problem.ts";
import { simulatePooled } from "../../src/simulate/pooled.ts";
import { populationOf } from "../../src/simulate/population.ts";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: process.env["OUTRIGGER_PYTHON"] ?? "" },
    rounds: { type: "string", default: "11" },
    replicates: { type: "string", default: "4000" },
  },
});
const [rounds, replicates] = [Number(options.rounds), Number(options.replicates)];
const problem: Problem = {
  features: 20,
  rows: [30, 60],
  noise: [1, 1],
  shifts: [
    [0, 0],
    [0, 0.3],
  ],
};

interface Timing {
  /** Milliseconds a replicate. */
  readonly ms: number;
  /** Mean risk, to show that the work was the same. */
  readonly mean: number;
}

const own =
  (design: "bartlett" | "rows") =>
  (round: number): Promise<Timing> => {
    const start = performance.now();
    const { risk } = simulatePooled(problem, [1, 1], { replicates, seed: round, design });
    return Promise.resolve({ ms: (performance.now() - start) / replicates, mean: risk.mean });
  };

/** Starts numpy's side. @returns null, after saying why, where there is no python or it has no numpy. */
async function numpy(python: string): Promise<{
  versions: string;
  time: (batch: number) => Promise<Timing>;
  close: () => void;
} | null> {
  if (python === "") {
    console.log("No numpy here: give --python or set OUTRIGGER_PYTHON to a Python that has it.\n");
    return null;
  }
  const script = fileURLToPath(new URL("../peers/monte-carlo.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const failed = new Promise<null>((resolve) => child.once("error", () => resolve(null)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([failed, lines.next()]);
  if (first === null || first.done) {
    console.log(`"${python}" cannot run ${script}: only this package is timed.\n`);
    return null;
  }
  const found = JSON.parse(first.value) as { numpy: string; python: string };
  const { features, rows, noise } = problem;
  const difference = [...populationOf(problem).differences[1]!];
  return {
    versions: `numpy ${found.numpy}, Python ${found.python}`,
    time: async (batch) => {
      child.stdin.write(`${JSON.stringify({ features, rows, noise, difference, replicates, batch })}\n`);
      return JSON.parse((await lines.next()).value as string) as Timing;
    },
    close: () => child.stdin.end(),
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const peer = await numpy(options.python);
const contenders: readonly (readonly [string, (round: number) => Promise<Timing>])[] = [
  ["linear-theory, every row drawn", own("rows")],
  ["linear-theory, Bartlett", own("bartlett")],
  ...(peer === null
    ? []
    : ([
        ["numpy, a data set at a time", () => peer.time(1)],
        ["numpy, 100 data sets a call", () => peer.time(100)],
      ] as const)),
];
const timings: Timing[][] = contenders.map(() => []);
// Round 0 warms up.
for (let round = 0; round <= rounds; round++)
  for (const [at, [, run]] of contenders.entries()) {
    const timing = await run(round);
    if (round > 0) timings[at]!.push(timing);
  }
peer?.close();

console.log(
  `${cpus()[0]?.model.trim() ?? "unknown processor"}; Node ${process.version}${peer ? `, ${peer.versions}` : ""}; ${rounds} rounds of ${replicates} replicates`,
);
console.log(
  "| contender | ms a replicate | its time / every row drawn | mean risk |\n| --- | --- | --- | --- |",
);
for (const [at, [name]] of contenders.entries()) {
  const runs = timings[at]!;
  const ratio = median(runs.map(({ ms }, round) => ms / timings[0]![round]!.ms));
  const mean = runs.reduce((sum, run) => sum + run.mean, 0) / runs.length;
  console.log(
    `| ${name} | ${median(runs.map(({ ms }) => ms)).toFixed(4)} | ${ratio.toFixed(2)} | ${mean.toFixed(4)} |`,
  );
}
