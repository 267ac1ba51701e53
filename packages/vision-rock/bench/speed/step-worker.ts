/** Our side of step.ts, in a process of its own: `{"steps": n}` or `{"save": path}` a line, one line of JSON for each. */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import { namedLeaves } from "@outrigger/core/train/flat";
import { encodeSafetensors } from "@outrigger/core/train/safetensors";
import { Stepper } from "@outrigger/core/train/step";
import { uniform } from "@outrigger/core/weighting/uniform";
import { chosen, network, optimizer, roomsBatch, training } from "./problem.ts";

const threads = Number(process.argv[2]);
const batch = roomsBatch();
const stream = Random.seeded(0, "step");
const stepper = new Stepper({
  model: network.model,
  tasks: network.tasks,
  method: uniform(),
  optimizer: optimizer(),
  params: network.model.init(Random.seeded(0, "init")),
  streams: { dropout: stream, method: stream, dev: stream, other: stream },
  maxGradientNorm: training.maxGradientNorm,
  compile: { runtime: "onnx", device: "cpu", threads },
});

function save(path: string): void {
  const arrays = new Map<string, NDArray>();
  for (const [name, tree] of Object.entries({ params: stepper.params.tree, batch })) {
    for (const [leaf, value] of namedLeaves(tree as Tree<NDArray>)) arrays.set(`${name}/${leaf}`, value);
  }
  const metadata = Object.fromEntries(
    Object.entries({ ...training, ...chosen.weights }).map(([name, value]) => [name, `${value}`]),
  );
  writeFileSync(path, Buffer.concat(encodeSafetensors({ arrays, metadata })));
}

const answer = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
answer({ version: `Node ${process.version}` });
for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line) as { steps: number } | { save: string };
  const [ms, losses]: [number[], number[]] = [[], []];
  if ("save" in request) save(request.save);
  else
    for (let i = 0; i < request.steps; i++) {
      const start = performance.now();
      const report = await stepper.run(batch, 0);
      ms.push(performance.now() - start);
      losses.push(report.losses.reduce((a, b) => a + b, 0));
    }
  answer({ ms, losses });
}
await stepper.dispose();
process.exit();
