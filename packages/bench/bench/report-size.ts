/**
 * Time and peak memory of `outrigger report` over many result lines: 20 benchmarks of 50 rows each, with curves in every trial and
 * diagnostics in three seeds a row, as `core/low-data` has them. The goal is 10 s and 1 GB for 100,000 lines.
 *
 * npm run bench:report -- [lines, default 100000] [runs, default 3]
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { discover } from "@outrigger/bench/run/discover";

const benchmarks = 20;
const methods = 50;
const lines = Number(process.argv[2] ?? 100_000);
const runs = Number(process.argv[3] ?? 3);
const seeds = Math.ceil(lines / benchmarks / methods);
const tasks = ["main", "helpful", "unrelated", "noise"];
const goal = { seconds: 10, bytes: 1e9 };

const methodNames = ["single-task", "uniform", ...Array.from({ length: methods - 2 }, (_, i) => `rule-${i}`)];

const benchmarkFile = (index: number): string => `export default {
  name: "many/problem-${index}", version: 1, title: "Problem ${index}", description: "Made-up results.", metric: { name: "rmse", better: "lower" },
  baseline: "single-task", source: "embedded", simulated: true,
  tiers: { ci: { seeds: Array.from({ length: ${seeds} }, (_, i) => i) } },
  arms: () => ${JSON.stringify(methodNames)}.map((method) => ({ method, kind: method === "single-task" ? "baseline" : "rule", options: {} })),
  run: async () => ({ metrics: {} }),
};
`;

/** A project with so many benchmarks. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-report-size-"));
  const manifest = { name: "many", version: "1.0.0", type: "module", keywords: ["outrigger-benchmark"] };
  mkdirSync(join(folder, "bench"));
  mkdirSync(join(folder, "results/many"), { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ ...manifest, exports: { "./bench/*": "./bench/*.js" } }),
  );
  for (let i = 0; i < benchmarks; i++) writeFileSync(join(folder, `bench/p${i}.js`), benchmarkFile(i));
  return folder;
}

/** Numbers that look like noise and are the same each time. */
const noise = (...parts: number[]): number => {
  const x = Math.sin(parts.reduce((sum, part, i) => sum + part * (12.9898 + 65.345 * i), 1)) * 43758.5453;
  return x - Math.floor(x);
};

const rounded = (value: number): number => Number(value.toPrecision(4));

function diagnostics(key: number): unknown {
  const steps = Array.from({ length: 24 }, (_, i) => 25 * i + 1);
  const series = (low: number, width: number) =>
    tasks.map((_, k) => steps.map((step) => rounded(low + width * noise(key, k, step))));
  const matrix = tasks.map((_, i) => tasks.map((_, j) => rounded(i === j ? 1 : noise(key, i, j) - 0.5)));
  const gradients = {
    steps,
    norms: series(0.1, 1),
    effectiveWeights: series(0, 0.25),
    cosines: series(-1, 2),
    meanCosines: matrix,
  };
  return { tasks, gradients, affinity: matrix };
}

function row(index: number, m: number, seed: number, codeVersion: string): unknown {
  const method = methodNames[m]!;
  const test = rounded(1 + 0.2 * noise(index, seed) - 0.1 * noise(m, index) + 0.1 * noise(index, m, seed));
  const curve = (kind: number) =>
    Array.from({ length: 20 }, (_, e) => rounded(test + 1 / (e + 1) + 0.1 * noise(m, seed, e, kind)));
  return {
    metrics: { "validation/rmse": test + 0.01, "test/rmse": test },
    curves: {
      "validation/rmse": curve(0),
      ...Object.fromEntries(tasks.slice(1).map((task, k) => [`weight/${task}`, curve(k + 1)])),
    },
    ...(seed < 3 && { diagnostics: diagnostics(index * 1e4 + m * 100 + seed) }),
    notes: ["best after step 75 of 600"],
    runtime: "onnx/cpu",
    format: 1,
    id: `${index}-${m}-${seed}`.padStart(16, "0"),
    status: "done",
    purpose: "score",
    benchmark: `many/problem-${index}`,
    version: 1,
    codeVersion,
    package: "many",
    method,
    group: "",
    kind: method === "single-task" ? "baseline" : "rule",
    options: {},
    candidate: null,
    seed,
    tier: "ci",
    provenance: {
      packageVersion: "1.0.0",
      commit: "0123456789abcdef0123456789abcdef01234567",
      dirty: false,
      lockFile: "f".repeat(64),
      node: process.version,
      os: "Linux 6.1 x64",
      cpu: "Some CPU",
      cores: 2,
      threads: 1,
      jobs: 2,
      startedAt: "2026-01-02T03:04:05.678Z",
      seconds: rounded(2 + noise(m, 7)),
      peakMemory: 166965248,
    },
  };
}

function writeResults(folder: string, codeVersion: string): number {
  const path = join(folder, "results/many/ci.jsonl");
  const file = openSync(path, "w");
  for (let index = 0; index < benchmarks; index++)
    for (let m = 0; m < methods; m++) {
      const rows = Array.from(
        { length: seeds },
        (_, seed) => `${JSON.stringify(row(index, m, seed, codeVersion))}\n`,
      );
      writeSync(file, rows.join(""));
    }
  closeSync(file);
  return statSync(path).size;
}

/** The command in a process of its own, which says at its end what it took. */
const measured = `const started = performance.now();
const { main } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, "../dist/cli.js")).href)});
await main(["node", "outrigger", "report"]);
process.stderr.write(JSON.stringify({ seconds: (performance.now() - started) / 1000, cpu: (process.cpuUsage().user + process.cpuUsage().system) / 1e6, bytes: process.resourceUsage().maxRSS * 1024 }));
`;

const folder = project();
try {
  const [found] = await discover(folder);
  const size = writeResults(folder, found!.codeVersion);
  const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(
    `${benchmarks * methods * seeds} lines (${mega(size)}); ${availableParallelism()} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  writeFileSync(join(folder, "report.mjs"), measured);
  for (let run = 1; run <= runs; run++) {
    const { stderr } = spawnSync(
      process.execPath,
      [...process.execArgv.filter((arg) => arg.startsWith("--cpu-prof")), "report.mjs"],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    const { seconds, cpu, bytes } = JSON.parse(stderr.split("\n").at(-1) ?? "") as Record<
      "seconds" | "cpu" | "bytes",
      number
    >;
    const within = seconds <= goal.seconds && bytes <= goal.bytes ? "within" : "OVER";
    const page = statSync(join(folder, "report/index.html")).size;
    console.log(
      `${seconds.toFixed(1)} s (of a processor ${cpu.toFixed(1)} s), at most ${mega(bytes)}, a page of ${mega(page)}: ${within} the goal of ${goal.seconds} s and ${mega(goal.bytes)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
