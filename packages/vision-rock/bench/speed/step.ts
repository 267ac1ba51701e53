/**
 * Milliseconds of a training step of ROCK with scene, depth and normals on 16 pictures of 128 × 96, beside the same network in PyTorch: the same
 * parameters, batch, losses, optimiser and threads. Both run in processes of their own and take turns in rounds of about a second. Drawing and
 * writing the batch is left out on both sides; what it takes is printed besides.
 *
 *     PYTHON=.venv/bin/python node --conditions=@outrigger/source --import tsx packages/vision-rock/bench/speed/step.ts
 *
 * Options: --rounds 10, --threads 2, --python PATH. On a machine that is busy, two threads of PyTorch wait for each other: take one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Running, start } from "../../../core/bench/contender.ts";
import { roomsBatch } from "./problem.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    threads: { type: "string", default: "2" },
    python: { type: "string", default: process.env["PYTHON"] ?? "python3" },
  },
});
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "outrigger-vision-"));
const file = join(folder, "start.safetensors");

const ours = await start({
  name: "Outrigger",
  command: process.execPath,
  args: [...process.execArgv, pathOf("step-worker.ts"), options.threads],
});
await ours.ask({ save: file });
const peer = (layout: string): Promise<Running> =>
  start({
    name: "PyTorch",
    command: options.python,
    args: [pathOf("../peers/step.py"), file, options.threads, layout],
  });
const contenders = [
  ["Outrigger", ours],
  ["PyTorch eager", await peer("contiguous")],
  ["PyTorch eager, channels last", await peer("channels_last")],
] as const;

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;

console.log(contenders.map(([name, { version }]) => `${name}: ${version}`).join("; "));
for (const [name, contender] of contenders) {
  const { losses } = await contender.ask({ steps: 10 });
  const shown = [0, 1, 9].map((i) => losses[i]!.toFixed(4)).join(", ");
  console.log(`${name}: sums of the losses of steps 1, 2, 10: ${shown}`);
}
const times: number[][] = contenders.map(() => []);
for (let round = 0; round < Number(options.rounds); round++)
  for (const [i, [, contender]] of contenders.entries())
    times[i]!.push(median((await contender.ask({ steps: 10 })).ms));
for (const [i, [name]] of contenders.entries()) {
  const ratios = times[0]!.map((own, round) => own / times[i]![round]!);
  const range = `[${Math.min(...ratios).toFixed(2)}, ${Math.max(...ratios).toFixed(2)}]`;
  console.log(
    `${name}: ${median(times[i]!).toFixed(1)} ms a step; a step of Outrigger takes ${median(ratios).toFixed(2)} ${range} times as long`,
  );
}
for (const [, contender] of contenders) contender.stop();
rmSync(folder, { recursive: true });

const batches = Array.from({ length: 5 }, () => {
  const begin = performance.now();
  roomsBatch();
  return performance.now() - begin;
});
console.log(`rendering 16 rooms and writing a batch of them: ${median(batches).toFixed(1)} ms`);
console.log(`load average ${loadavg()[0]!.toFixed(1)}, ${options.threads} threads each`);
