/**
 * One contender on our side, in a process of its own so that its peak memory is its own.
 *
 * Reads one request a line, `{"steps": n}`, `{"growth": n}` or `{"save": path}`, and answers each with one line of JSON.
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { NDArray, Tree } from "../src/graph/array.ts";
import { adam } from "../src/optimize/adam.ts";
import { Random } from "../src/random.ts";
import { namedLeaves } from "../src/train/flat.ts";
import { encodeSafetensors } from "../src/train/safetensors.ts";
import { Stepper } from "../src/train/step.ts";
import { pcgrad } from "../src/weighting/pcgrad.ts";
import { uniform } from "../src/weighting/uniform.ts";
import type { Answer, Request, WorkerOptions } from "./contender.ts";
import { networks } from "./networks/index.ts";

const options = JSON.parse(process.argv[2]!) as WorkerOptions;
const network = networks.find(({ name }) => name === options.network)!;
const { model, tasks, batch } = network.problem(options.tasks, Random.seeded(0, "batch"));
const params = model.init(Random.seeded(0, "init"));
const stream = Random.seeded(0, "step");
const stepper = new Stepper({
  model,
  tasks,
  method: options.tasks > 1 ? pcgrad() : uniform(),
  optimizer: adam(),
  params,
  streams: { dropout: stream, method: stream, dev: stream, other: stream },
  compile: options.compile,
});

async function steps(count: number): Promise<Answer> {
  const found: Answer = { ms: [], losses: [] };
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const { losses } = await stepper.run(batch, 0);
    found.ms.push(performance.now() - start);
    found.losses.push(losses.reduce((a, b) => a + b));
  }
  return found;
}

/** Parameters as they are now, and the batch, by the paths of their trees. */
async function save(path: string): Promise<Answer> {
  await stepper.sync();
  const arrays = new Map<string, NDArray>();
  for (const [name, tree] of Object.entries({ params: stepper.params.tree, batch })) {
    for (const [leaf, array] of namedLeaves(tree as Tree<NDArray>)) arrays.set(`${name}/${leaf}`, array);
  }
  writeFileSync(path, Buffer.concat(encodeSafetensors({ arrays, metadata: {} })));
  return { ms: [], losses: [] };
}

/** Garbage that is only waiting to be collected is no growth: the command exposes the collector. */
function memory(): NodeJS.MemoryUsage {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage();
}

/** What further steps add to the resident memory and to array buffers, in MiB. */
async function growth(count: number): Promise<Answer> {
  await steps(100);
  const before = memory();
  await steps(count);
  const after = memory();
  const mebibytes = (key: "rss" | "arrayBuffers"): number => (after[key] - before[key]) / 2 ** 20;
  return { ms: [], losses: [], growth: { rss: mebibytes("rss"), arrayBuffers: mebibytes("arrayBuffers") } };
}

const answer = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
answer({ version: `Node ${process.version}` });
for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line) as Request;
  if ("save" in request) answer(await save(request.save));
  else answer("steps" in request ? await steps(request.steps) : await growth(request.growth));
}
await stepper.dispose();
process.exit();
