/**
 * Prints how many pictures a second a trained detector is evaluated on: the network and suppression on pictures of 128 × 96 that lie in memory, and
 * AP at the end. A short training comes first, so that there are as many boxes as a detector reports. The median of five passes over 200 rooms.
 *
 *     node --conditions=@outrigger/source --import tsx packages/vision-rock/bench/speed/detect.ts
 *
 * Options: --threads 2, --iterations 100.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { preload } from "../../src/batch/compact-sample.ts";
import { roomSet } from "../../src/rooms/room-set.ts";
import { trainDetector } from "../../src/train/train.ts";

const { values: options } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    iterations: { type: "string", default: "100" },
  },
});
const ROOMS = 200;
const set = roomSet({ split: "train", count: ROOMS, cache: 1 });
const rooms = await preload(set);
const trained = await trainDetector({
  train: rooms,
  validation: rooms.slice(0, 16),
  classes: set.classes,
  scenes: set.scenes,
  configuration: { iterations: Number(options.iterations), looks: 1 },
  seed: 0,
  runtime: "onnx",
  device: "cpu",
  threads: Number(options.threads),
});
// Compiles.
await trained.evaluate(rooms.slice(0, 16));
const rates: number[] = [];
for (let pass = 0; pass < 5; pass++) {
  const start = performance.now();
  const { metrics } = await trained.evaluate(rooms);
  rates.push((1000 * ROOMS) / (performance.now() - start));
  if (pass === 0) console.log(`AP on the training rooms: ${metrics["detection"]!["AP"]!.toFixed(1)} %`);
}
console.log(
  `${rates.toSorted((a, b) => a - b)[2]!.toFixed(0)} pictures a second, ${options.threads} threads`,
);
console.log(`load average ${loadavg()[0]!.toFixed(1)}`);
await trained.dispose();
