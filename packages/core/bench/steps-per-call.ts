/**
 * What several steps in one native call save: a step of `fit`'s stepper on the CPU, by the width of the network and the number of steps a call.
 *
 *     npm run bench:steps-per-call
 *     npm run bench:steps-per-call -- --rounds 2
 */
import { parseArgs } from "node:util";
import { adam } from "../src/optimize/adam.ts";
import { Random } from "../src/random.ts";
import { Stepper } from "../src/train/step.ts";
import { uniform } from "../src/weighting/uniform.ts";
import { perceptron } from "./networks/mlp.ts";
import { median } from "./report.ts";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "21" } } });
const rounds = Number(options.rounds);
const [tasks, threads, steps] = [3, 2, 16];
const networks = [
  { sizes: [20, 32, 32], batch: 32 },
  { sizes: [64, 128, 128], batch: 64 },
  { sizes: [256, 256, 256], batch: 128 },
  { sizes: [512, 1024, 512], batch: 128 },
];
const counts = [1, 4, 16];

console.log(`| network, batch | ${counts.map((count) => `${count} a call: ms a step`).join(" | ")} |`);
console.log(`| --- |${" --- |".repeat(counts.length)}`);
for (const network of networks) {
  const { model, tasks: all, batch } = perceptron(network, tasks, Random.seeded(0, "batch"));
  const stream = Random.seeded(0, "step");
  const contenders = counts.map((stepsPerCall) => ({
    stepsPerCall,
    ms: [] as number[],
    stepper: new Stepper({
      model,
      tasks: all,
      method: uniform(),
      optimizer: adam(),
      params: model.init(Random.seeded(0, "init")),
      streams: { dropout: stream, method: stream, dev: stream, other: stream },
      stepsPerCall,
      compile: { threads },
    }),
  }));
  // One round to compile and to warm up.
  for (let round = 0; round <= rounds; round++) {
    for (const { stepsPerCall, stepper, ms } of contenders) {
      const batches = Array.from({ length: stepsPerCall }, () => batch as never);
      const start = performance.now();
      for (let done = 0; done < steps; done += stepsPerCall) {
        for await (const { losses } of stepper.runs(batches, 0)) losses.at(0);
      }
      if (round > 0) ms.push((performance.now() - start) / steps);
    }
  }
  const [single] = contenders;
  const cells = contenders.map(({ ms }) => {
    const ratio = median(ms.map((value, i) => value / single!.ms[i]!));
    return `${median(ms).toFixed(2)} (${ratio.toFixed(2)}×)`;
  });
  console.log(`| ${network.sizes.join("-")}, ${network.batch} | ${cells.join(" | ")} |`);
  for (const { stepper } of contenders) await stepper.dispose();
}
