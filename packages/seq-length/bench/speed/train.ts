/**
 * Tokens a second in training, beside the same decoder in PyTorch: the same parameters, batch, optimiser and threads. Both run in processes of
 * their own and take turns in rounds of about a second.
 *
 *     PYTHON=.venv/bin/python node --conditions=@outrigger/source --import tsx packages/seq-length/bench/speed/train.ts
 *
 * Options: --rounds 10, --threads 2, --python PATH. On a machine that is busy, two threads of PyTorch wait for each other: take one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Running, start } from "../../../core/bench/contender.ts";
import { trainingBatch } from "./problem.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: process.env["PYTHON"] ?? "python3" },
  },
});
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const tokens = trainingBatch().tokens.data.length;
const folder = mkdtempSync(join(tmpdir(), "outrigger-seq-"));
const file = join(folder, "start.safetensors");

const ours = await start({
  name: "Outrigger",
  command: process.execPath,
  args: [...process.execArgv, pathOf("train-worker.ts"), options.threads],
});
await ours.ask({ save: file });
const peer = (path: string): Promise<Running> =>
  start({
    name: "PyTorch",
    command: options.python,
    args: [pathOf("../peers/train.py"), path, options.threads],
  });
const contenders = [
  ["Outrigger", ours],
  ["PyTorch eager", await peer(file)],
  ["PyTorch eager, fused AdamW", await peer(`${file}.fused`)],
] as const;

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;

console.log(contenders.map(([name, { version }]) => `${name}: ${version}`).join("; "));
for (const [name, contender] of contenders) {
  const { losses } = await contender.ask({ steps: 50 });
  const shown = [0, 1, 9, 49].map((i) => losses[i]!.toFixed(5)).join(", ");
  console.log(`${name}: losses of steps 1, 2, 10, 50: ${shown}`);
}
const times: number[][] = contenders.map(() => []);
for (let round = 0; round < Number(options.rounds); round++)
  for (const [i, [, contender]] of contenders.entries())
    times[i]!.push(median((await contender.ask({ steps: 40 })).ms));
for (const [i, [name]] of contenders.entries()) {
  const ratios = times[1]!.map((peerMs, round) => peerMs / times[i]![round]!);
  const ms = median(times[i]!);
  const range = `[${Math.min(...ratios).toFixed(2)}, ${Math.max(...ratios).toFixed(2)}]`;
  console.log(
    `${name}: ${ms.toFixed(2)} ms a step, ${Math.round((1000 * tokens) / ms)} tokens a second, ${median(ratios).toFixed(2)} ${range} of PyTorch eager's speed`,
  );
}
for (const [, contender] of contenders) contender.stop();
rmSync(folder, { recursive: true });
