/**
 * Prints how fast rooms of 128 × 96 are rendered, planning and noise included: in this thread, then by 1, 2 … threads up to the processors there
 * are. Images a second by the clock, and processor milliseconds an image (all threads and the garbage collector), which say what an idle
 * core would do when others share the machine. The median of three timings of 300 rooms after a warm-up.
 *
 * Run what is built: the loader of the sources turns every imported name into a function call.
 *
 *     npm run bench:render -w @outrigger/vision-rock
 */
import { availableParallelism, loadavg } from "node:os";
import type { RenderPool } from "../../src/rooms/pool.ts";

const built = new URL("../../dist/src/rooms/pool.js", import.meta.url).href;
const { renderPool } = (await import(built)) as typeof import("../../src/rooms/pool.ts");

const ROOMS = 300;
const TIMINGS = 3;
let seed = 1;

async function timed({ render }: RenderPool, count: number): Promise<{ rate: number; processor: number }> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: count }, () => render(seed++)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    rate: (1000 * count) / (performance.now() - start),
    processor: (user + system) / 1000 / count,
  };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
for (let workers = 0; workers <= availableParallelism(); workers++) {
  const pool = await renderPool({ workers });
  await timed(pool, 100 * Math.max(1, workers));
  const timings: { rate: number; processor: number }[] = [];
  for (let i = 0; i < TIMINGS; i++) timings.push(await timed(pool, ROOMS));
  const started = pool.workers;
  await pool.close();
  const rate = median(timings.map((timing) => timing.rate));
  const processor = median(timings.map((timing) => timing.processor));
  console.log(
    `${started} threads: ${rate.toFixed(0)} images/s, ${processor.toFixed(2)} ms of processor an image`,
  );
}
console.log(`load average ${loadavg()[0]!.toFixed(1)}, ${availableParallelism()} processors`);
