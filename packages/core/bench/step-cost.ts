/**
 * What one training step costs: MLP 2048-512-512-1, batch 128, Adam, two threads; ONNX Runtime, tfjs wasm and PyTorch in turn.
 *
 *     npm run bench:step                                  # without PyTorch, when python3 has none
 *     PYTHON=.venv/bin/python npm run bench:step          # with it: pip install torch==2.13.0
 *
 * The contenders run in rounds, a few steps each, so that a machine that speeds up or slows down does so for all of them; the table
 * shows medians over all steps, and ratios round by round. Then 1,000 steps more on ONNX Runtime, and what they added to the memory.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@tensorflow/tfjs";
import { array } from "../src/graph/array.ts";
import { type CompileOptions } from "../src/graph/index.ts";
import { mlp } from "../src/nn/index.ts";
import { adam } from "../src/optimize/adam.ts";
import { Random } from "../src/random.ts";
import type { Model } from "../src/train/model.ts";
import { Stepper } from "../src/train/step.ts";
import { type ColumnBatch, regression } from "../src/train/task.ts";
import { singleTask } from "../src/weighting/single-task.ts";

const sizes = [2048, 512, 512, 1];
const [batchSize, threads, rounds] = [128, 2, 12];

interface Contender {
  readonly name: string;
  readonly stepsPerRound: number;
  readonly times: number[][];
  steps(count: number): Promise<number[]>;
  stop(): Promise<void>;
}

/** The whole training step as `fit` takes it: rule, weighted gradient, fused Adam. */
function ours(name: string, stepsPerRound: number, options: CompileOptions): Contender {
  const trunk = mlp({ sizes: sizes.slice(0, -1) });
  const head = mlp({ sizes: sizes.slice(-2) });
  const model: Model<ColumnBatch<Tensor>> = {
    init: (random) => ({ trunk: trunk.init(random), heads: { y: head.init(random) } }),
    apply(params, { inputs }, mode) {
      const hidden = trunk.apply(params.trunk as never, inputs, mode).relu();
      return { y: head.apply(params.heads["y"] as never, hidden, mode) };
    },
  };
  const random = Random.seeded(0, "step-cost");
  const uniform = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform());
  const batch = {
    inputs: array(uniform(batchSize * sizes[0]!), [batchSize, sizes[0]!]),
    labels: { y: array(uniform(batchSize)) },
    masks: { y: array(new Float32Array(batchSize).fill(1)) },
  };
  const stepper = new Stepper<ColumnBatch<Tensor>>({
    model,
    tasks: [regression({ name: "y", role: "primary" }) as never],
    method: singleTask(),
    optimizer: adam(),
    params: model.init(random),
    streams: { dropout: random, method: random, dev: random },
    compile: options,
  });
  return {
    name,
    stepsPerRound,
    times: [],
    async steps(count) {
      const found: number[] = [];
      for (let i = 0; i < count; i++) {
        const start = performance.now();
        await stepper.run(batch as never, 0);
        found.push(performance.now() - start);
      }
      return found;
    },
    stop: () => stepper.dispose(),
  };
}

/** PyTorch in a process of its own, or nothing when the interpreter has no torch. */
async function pytorch(): Promise<Contender | undefined> {
  const script = fileURLToPath(new URL("peers/mlp_step.py", import.meta.url));
  const args = [script, String(threads), String(batchSize), sizes.join("-")];
  const child: ChildProcessWithoutNullStreams = spawn(process.env["PYTHON"] ?? "python3", args);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const failed = new Promise<undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
  });
  const hello = await Promise.race([lines.next(), failed]);
  if (!hello || hello.done) return undefined;
  const { version } = JSON.parse(hello.value) as { version: string };
  return {
    name: `PyTorch ${version}`,
    stepsPerRound: 20,
    times: [],
    async steps(count) {
      child.stdin.write(`${count}\n`);
      const line = await lines.next();
      return JSON.parse(line.value as string) as number[];
    },
    async stop() {
      child.stdin.end();
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1 + (sorted.length % 2)]!) / 2;
}

const onnx = ours("run-onnx", 20, { runtime: "onnx", threads });
const found = [onnx, ours("run-tfjs wasm", 2, { runtime: "tfjs", backend: "wasm" }), await pytorch()];
const contenders = found.filter((one) => one !== undefined);
if (contenders.length < 3)
  console.error("PyTorch is left out: python3 has no torch. Set PYTHON to an interpreter that has.");

for (const one of contenders) await one.steps(one.stepsPerRound);
for (let round = 0; round < rounds; round++) {
  for (const one of contenders) one.times.push(await one.steps(one.stepsPerRound));
  console.error(`round ${round + 1} of ${rounds}`);
}

const reference = contenders.at(-1)!;
console.log(
  `MLP ${sizes.join("-")}, batch ${batchSize}, Adam, ${threads} threads, ${rounds} interleaved rounds`,
);
console.log(`| | ms a step, median | ratio to ${reference.name}, median of rounds [min, max] |`);
console.log("| --- | --- | --- |");
for (const { name, times } of contenders) {
  const ratios = times.map((round, i) => median(round) / median(reference.times[i]!));
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  const ratio = `${median(ratios).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  console.log(`| ${name} | ${median(times.flat()).toFixed(1)} | ${ratio} |`);
}

/** Garbage that is only waiting to be collected is no growth: the command exposes the collector. */
function memory(): NodeJS.MemoryUsage {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage();
}
await onnx.steps(100);
const before = memory();
await onnx.steps(1000);
const after = memory();
const grown = (key: "rss" | "arrayBuffers"): string => ((after[key] - before[key]) / 2 ** 20).toFixed(1);
console.log(
  `1,000 further steps of run-onnx: resident memory ${grown("rss")} MiB, array buffers ${grown("arrayBuffers")} MiB more`,
);
for (const one of contenders) await one.stop();
