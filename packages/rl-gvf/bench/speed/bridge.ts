/**
 * Prints round trips of the bridge a second: environments that do nothing (the test's stub), with one number and with 16 Atari frames'
 * worth of bytes, the median of five.
 *
 *     node --conditions=@outrigger/source --import tsx packages/rl-gvf/bench/speed/bridge.ts
 */
import { join } from "node:path";
import { startBridge } from "../../src/bridge/bridge.ts";
import { createBatch } from "../../src/environment/batch.ts";

const TRIPS = 2000;
const script = join(import.meta.dirname, "../../test/bridge/stub.py");

for (const { count, size } of [
  { count: 1, size: 2 },
  { count: 16, size: (84 * 84) / 4 },
]) {
  const bridge = await startBridge({ environment: "counter", count, script, options: { size } });
  const batch = createBatch(bridge);
  await bridge.reset(1, batch);
  const actions = new Int32Array(count);
  const rates: number[] = [];
  for (let i = 0; i < 6; i++) {
    const start = performance.now();
    for (let trip = 0; trip < TRIPS; trip++) await bridge.step(actions, batch);
    rates.push((1000 * TRIPS) / (performance.now() - start));
  }
  const median = rates.slice(1).toSorted((a, b) => a - b)[2]!;
  const megabytes = (median * 4 * count * size) / 1e6;
  console.log(
    `${count} × ${4 * size} bytes: ${Math.round(median)} round trips/s, ${megabytes.toFixed(0)} MB/s of observations`,
  );
  await bridge.close();
}
