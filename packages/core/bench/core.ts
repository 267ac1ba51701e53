/**
 * What a training step costs: four networks on Outrigger, tfjs and PyTorch, then eight tasks with a Gram rule against TorchJD and
 * LibMTL.
 *
 *     npm run bench:core                                       # without PyTorch's rows, when python3 has no torch
 *     PYTHON=.venv/bin/python npm run bench:core               # with them
 *     npm run bench:core -- --out packages/core/docs/performance.md
 *     npm run bench:core -- --quick --networks mlp             # one round: does everything run?
 *
 *     pip install torch==2.13.0 numpy torchjd==0.18.0 && pip install --no-deps LibMTL==1.1.5
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CompileOptions } from "../src/graph/index.ts";
import { type Contender, start } from "./contender.ts";
import { type MeasureOptions, measure, type Result } from "./measure.ts";
import type { Network } from "./network.ts";
import { networks } from "./networks/index.ts";
import { autogram, autojac, eager, libmtl, markdown, ours, type Section } from "./report.ts";

const { values: options } = parseArgs({
  options: {
    out: { type: "string" },
    quick: { type: "boolean", default: false },
    networks: { type: "string", default: networks.map(({ name }) => name).join() },
  },
});
const [threads, gramTasks] = [2, 8];
const timing = options.quick
  ? { rounds: 1, share: 0, slow: 2000, slowRounds: 1 }
  : { rounds: 10, share: 1000, slow: 2000, slowRounds: 3 };
const python = process.env["PYTHON"] ?? "python3";
const log = (line: string): void => console.error(line);

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Outrigger's own stepper, on one executor. */
function mine(
  name: string,
  network: Network,
  tasks: number,
  compile: CompileOptions,
  patience?: number,
): Contender {
  const worker = JSON.stringify({ network: network.name, tasks, compile });
  const args = [...process.execArgv, pathOf("worker.ts"), worker];
  return { name, command: process.execPath, args, ...(patience === undefined ? {} : { patience }) };
}

function peer(name: string, network: Network, tasks: number, mode: string, file: string): Contender {
  const args = [pathOf("peers/train.py"), network.name, `${tasks}`, mode, file, `${threads}`];
  // The compiler of PyTorch takes a minute, more on a machine that is busy.
  return { name, command: python, args, patience: 300 };
}

function contendersOf(network: Network, tasks: number, file: string | undefined): Contender[] {
  const onnx = mine(ours, network, tasks, { runtime: "onnx", device: "cpu", threads });
  const peers = (list: Readonly<Record<string, string>>): Contender[] =>
    file === undefined
      ? []
      : Object.entries(list).map(([name, mode]) => peer(name, network, tasks, mode, file));
  if (tasks > 1)
    return [onnx, ...peers({ [autojac]: "autojac", [autogram]: "autogram", [libmtl]: "libmtl" })];
  return [
    onnx,
    ...peers({
      [eager]: "eager",
      "PyTorch eager, fused Adam": "fused",
      "PyTorch torch.compile, fused Adam": "compile",
    }),
    mine("Outrigger, tfjs wasm", network, tasks, { runtime: "tfjs", device: "wasm" }),
    mine("Outrigger, tfjs cpu", network, tasks, { runtime: "tfjs", device: "cpu" }, 20),
  ];
}

const hasTorch = spawnSync(python, ["-c", "import torch"]).status === 0;
if (!hasTorch) log("PyTorch is left out: python3 has no torch. Set PYTHON to an interpreter that has.");

/** The first losses must agree: whoever computes another function is no peer. PCGrad draws its orders, so later ones may differ. */
function sameLosses({ results, absent, ...rest }: Section): Section {
  const known = results.find(({ name }) => name === ours)?.losses;
  const reference = rest.tasks > 1 ? known?.slice(0, 1) : known;
  const off = ({ losses }: Result): number =>
    Math.max(...reference!.map((loss, i) => Math.abs(losses[i]! / loss - 1)));
  const wrong = results.filter((result) => reference && !(off(result) < 1e-3));
  return {
    ...rest,
    results: results.filter((result) => !wrong.includes(result)),
    absent: [
      ...absent,
      ...wrong.map(({ name, losses }) => ({
        name,
        reason: `its first losses are ${losses.map((loss) => loss.toFixed(4)).join(", ")}, not ${reference!.map((loss) => loss.toFixed(4)).join(", ")}`,
      })),
    ],
  };
}

const folder = mkdtempSync(join(tmpdir(), "outrigger-bench-"));
const sections: Section[] = [];
let growth: { rss: number; arrayBuffers: number } | undefined;

/** Writes parameters and batch for the peers. */
async function startingPoint(network: Network, tasks: number): Promise<string | undefined> {
  if (!hasTorch) return undefined;
  const file = join(folder, `${network.name}-${tasks}.safetensors`);
  const worker = await start(mine(ours, network, tasks, {}));
  await worker.ask({ save: file });
  worker.stop();
  return file;
}

async function section(network: Network, tasks: number): Promise<void> {
  log(`${network.title}, ${tasks} task${tasks > 1 ? "s" : ""}`);
  const contenders = contendersOf(network, tasks, await startingPoint(network, tasks));
  const first = sections.length === 0;
  const all: MeasureOptions = {
    ...timing,
    async last(running) {
      if (first && !options.quick) growth = (await running.get(ours)?.ask({ growth: 1000 }))?.growth;
    },
  };
  sections.push(sameLosses({ network, tasks, ...(await measure(contenders, all, log)) }));
}

try {
  const wanted = networks.filter(({ name }) => options.networks.split(",").includes(name));
  for (const network of wanted) await section(network, 1);
  for (const network of wanted.filter(({ gram }) => gram)) await section(network, gramTasks);
} finally {
  rmSync(folder, { recursive: true });
}

const require = createRequire(import.meta.url);
const versionOf = (name: string): string =>
  `${name} ${(require(`${name}/package.json`) as { version: string }).version}`;
const text = markdown({
  sections,
  growth,
  command: ["npm run bench:core", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(
    " ",
  ),
  threads,
  rounds: timing.rounds,
  versions: [
    versionOf("onnxruntime-node"),
    versionOf("@tensorflow/tfjs"),
    ...new Set(sections.flatMap(({ results }) => results.map(({ version }) => version))),
  ],
});
console.log(text);
if (options.out !== undefined) writeFileSync(options.out, text);
