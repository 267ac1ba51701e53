import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createAgent } from "../../src/agent/agent.ts";
import { type Bridge, startBridge } from "../../src/bridge/bridge.ts";
import { stackedBridge } from "../../src/bridge/stacked-bridge.ts";
import { createBatch } from "../../src/environment/batch.ts";
import { hasPython, python } from "./python.ts";

const open: Bridge[] = [];
async function started(options: Record<string, unknown> = {}): Promise<Bridge> {
  const script = join(import.meta.dirname, "stub.py");
  const bridge = await startBridge({
    environment: "counter",
    count: 2,
    python,
    script,
    options: { frames: true, length: 3, ...options },
  });
  open.push(bridge);
  return bridge;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((bridge) => bridge.close()));
});

describe.skipIf(!hasPython)(
  `a stack over a bridge${hasPython ? "" : " (skipped: there is no python3 of at least 3.9)"}`,
  () => {
    it("shows the last three frames of every environment, zeros before the start of an episode, flags and rewards as they came", async () => {
      const bridge = await started();
      const environments = stackedBridge(bridge, 10, 3);
      expect(environments).toMatchObject({ count: 2, autoreset: "next-step", actions: bridge.actions });
      expect(environments.observation).toEqual({ shape: [1, 2, 3], dtype: "uint8", low: 0, high: 255 });
      const batch = createBatch(environments);
      // A frame is [steps + 1, seed + sum of actions]; a cell of the stack holds its three latest values.
      const seen = (): number[][] => [0, 1].map((i) => [...batch.observations.subarray(6 * i, 6 * i + 6)]);
      await environments.reset(batch);
      expect(seen()).toEqual([
        [0, 0, 1, 0, 0, 10],
        [0, 0, 1, 0, 0, 11],
      ]);
      await environments.step([0, 5], batch);
      await environments.step([0, 5], batch);
      expect(seen()).toEqual([
        [1, 2, 3, 10, 10, 10],
        [1, 2, 3, 11, 16, 21],
      ]);
      const games = await environments.step([0, 5], batch);
      expect(games).toEqual([
        { environment: 0, return: 0, length: 3 },
        { environment: 1, return: 15, length: 3 },
      ]);
      expect([[...batch.rewards], [...batch.terminated], [...batch.truncated]]).toEqual([
        [0, 5],
        [1, 1],
        [0, 0],
      ]);
      // The last frames of the episode are still there; the step of the reset forgets them.
      expect(seen()[1]).toEqual([2, 3, 4, 16, 21, 26]);
      await environments.step([0, 5], batch);
      expect(seen()).toEqual([
        [0, 0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
      ]);
      expect([...batch.terminated]).toEqual([0, 0]);
      await environments.reset(batch);
      expect(seen()[1]).toEqual([0, 0, 1, 0, 0, 11]);
    });

    it("is what an agent plays in, and says that it cannot be saved", async () => {
      const environments = stackedBridge(await started(), 1);
      expect(environments).not.toHaveProperty("save");
      const agent = createAgent({
        environments,
        seed: 1,
        steps: 8,
        network: { torso: { convolutions: [], hidden: 4, divisor: 255 }, hidden: 4 },
        compile: { threads: 1 },
      });
      const { episodes, losses } = await agent.update();
      expect(episodes.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
      expect(Object.values(losses).every((loss) => Number.isFinite(loss))).toBe(true);
      await agent.dispose();
    });

    it("refuses what are no frames", async () => {
      const bridge = await started({ frames: false });
      expect(() => stackedBridge(bridge, 1)).toThrow(expect.objectContaining({ code: "shape" }));
    });
  },
);
