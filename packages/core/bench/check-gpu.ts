/** What `npm run check:gpu` does; see `--help`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { type Inspection, inspectDevices } from "../src/graph/device/inspect.ts";
import { type Contender, start } from "./contender.ts";
import { courseOf, passed, type Verdict, verdictOn } from "./gpu/correctness.ts";
import { adapterOf, markdown } from "./gpu/report.ts";
import { measure } from "./measure.ts";
import type { Network } from "./network.ts";
import { networks } from "./networks/index.ts";
import type { Section } from "./report.ts";
import { softwareAdapter } from "./software-adapter.ts";

/** What a software adapter steps through in seconds. */
const easy = ["mlp"];

const help = `Usage: npm run check:gpu -- [options]

Are all executors right on the GPU of this machine, and what does a training step cost there?

  1. lists the runtimes and devices that work, and how to get those that do not
  2. makes three training steps of four networks on every executor of a GPU and compares losses and parameters with the CPU
  3. runs the device tests
  4. times the steps in interleaved rounds, beside PyTorch on the same card when python3 has it; not on a software adapter

Options:
  --networks <names>  of ${networks.map(({ name }) => name).join()}; default all, and ${easy.join()} on a software adapter,
                      where the others take minutes
  --quick             one round of timing: does everything run?
  --out <file>        write the tables there, as markdown
  --require           exit with 1 where there is no GPU and no software adapter
  --help

PYTHON names the interpreter that is asked for PyTorch; default python3.
Exit code: 0, 1 when a result is wrong or a test fails.`;

const { values: options } = parseArgs({
  options: {
    networks: { type: "string" },
    quick: { type: "boolean", default: false },
    out: { type: "string" },
    require: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const python = process.env["PYTHON"] ?? "python3";
const [threads, eager] = [2, "PyTorch eager"];
const log = (line: string): void => console.error(line);
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

type Executor = Inspection["devices"][number];

function mine(network: Network, { runtime, device }: Pick<Executor, "runtime" | "device">): Contender {
  const worker = JSON.stringify({ network: network.name, tasks: 1, compile: { runtime, device, threads } });
  const args = [...process.execArgv, pathOf("worker.ts"), worker];
  return { name: `${runtime} ${device}`, command: process.execPath, args, patience: 300 };
}

const cpu = { runtime: "onnx", device: "cpu" } as const;
/** What runs on a GPU, or goes by libtensorflow, which may. */
const isGpu = ({ device, works }: Executor): boolean =>
  works && ["cuda", "webgpu", "tensorflow"].includes(device);

async function verdicts(wanted: readonly Network[], executors: readonly Executor[], folder: string) {
  const found: Verdict[] = [];
  for (const network of wanted) {
    log(`${network.title}: three steps on onnx cpu`);
    const reference = await courseOf(mine(network, cpu), folder);
    for (const executor of executors) {
      log(`  on ${executor.runtime} ${executor.device}`);
      found.push(await verdictOn(network.name, mine(network, executor), reference, folder));
    }
  }
  return found;
}

const hasTorch = (): boolean =>
  spawnSync(python, ["-c", "import torch; assert torch.cuda.is_available()"]).status === 0;

async function timed(network: Network, executors: readonly Executor[], folder: string): Promise<Section> {
  log(`${network.title}: times`);
  const file = join(folder, `${network.name}.safetensors`);
  const saver = await start(mine(network, cpu));
  await saver.ask({ save: file });
  saver.stop();
  const peer = (name: string, mode: string): Contender => ({
    name,
    command: python,
    args: [pathOf("peers/train.py"), network.name, "1", mode, file, `${threads}`, "cuda"],
    patience: 300,
  });
  const peers = hasTorch()
    ? [peer(eager, "eager"), peer("PyTorch torch.compile, fused Adam", "compile")]
    : [];
  const contenders = [...executors.map((each) => mine(network, each)), mine(network, cpu), ...peers];
  const rounds = options.quick ? 1 : 10;
  const timing = { rounds, share: options.quick ? 0 : 500, slow: 2000, slowRounds: Math.min(3, rounds) };
  return { network, tasks: 1, ...(await measure(contenders, timing, log)) };
}

/** The tests that need a device, which are skipped where they find none. */
function deviceTests(): { passed: boolean; said: string } {
  log("Device tests");
  const vitest = join(createRequire(import.meta.url).resolve("vitest/package.json"), "../vitest.mjs");
  const root = pathOf("../../..");
  const { status, stdout } = spawnSync(
    process.execPath,
    [vitest, "run", "packages/core/test/device", "--reporter=default"],
    { cwd: root, encoding: "utf8" },
  );
  const line = stripVTControlCharacters(stdout)
    .split("\n")
    .findLast((each) => /^ *Tests /.test(each));
  return { passed: status === 0, said: line?.replace(/^ *Tests */, "").trim() ?? "they did not start" };
}

async function check(): Promise<number> {
  const found = await inspectDevices();
  const executors = found.devices.filter(isGpu);
  log(`Adapter of WebGPU: ${adapterOf(found)}`);
  if (executors.length === 0) {
    console.log("No executor of a GPU works here, so there is nothing to check:");
    for (const { runtime, device, why } of found.devices.filter(({ works }) => !works))
      console.log(`  ${runtime} ${device}: ${why}`);
    console.log("On Linux, Debian's chromium brings a software adapter for WebGPU, which this check uses.");
    return options.require ? 1 : 0;
  }
  const software = typeof found.adapter !== "string" && found.adapter.software;
  const folder = mkdtempSync(join(tmpdir(), "outrigger-gpu-"));
  try {
    const names = options.networks?.split(",") ?? (software ? easy : networks.map(({ name }) => name));
    const wanted = networks.filter(({ name }) => names.includes(name));
    const compared = await verdicts(wanted, executors, folder);
    const tests = deviceTests();
    const sections: Section[] = [];
    for (const network of software ? [] : wanted) sections.push(await timed(network, executors, folder));
    const args = process.argv.slice(2);
    const text = markdown({
      command: ["npm run check:gpu", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
      found,
      verdicts: compared,
      tests,
      sections,
      reference: eager,
    });
    console.log(text);
    if (options.out !== undefined) writeFileSync(options.out, text);
    return tests.passed && compared.every(passed) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Again with the variables that a driver reads when its process starts. */
function again(variables: Record<string, string>): number {
  const args = [...process.execArgv, ...process.argv.slice(1)];
  return (
    spawnSync(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...variables } }).status ?? 1
  );
}

if (options.help) console.log(help);
else {
  const variables = softwareAdapter();
  process.exit(Object.keys(variables).length > 0 ? again(variables) : await check());
}
