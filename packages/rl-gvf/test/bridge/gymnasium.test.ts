import { createHash } from "node:crypto";
import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { type Bridge, startBridge } from "../../src/bridge/bridge.ts";
import type { AtariPreset } from "../../src/bridge/presets.ts";
import { type Batch, createBatch } from "../../src/environment/batch.ts";
import { frameStack } from "../../src/environment/frame-stack.ts";
import type { Episode } from "../../src/environment/vector.ts";
import { hasAtari, hasGymnasium, python } from "./python.ts";

interface Played {
  readonly hash: string;
  readonly games: Episode[];
  readonly ends: number;
  readonly cuts: number;
}

/** `steps` random actions from a seed on; a hash of all that came back. */
async function played(bridge: Bridge, batch: Batch, seed: number, steps: number): Promise<Played> {
  await bridge.reset(seed, batch);
  const policy = Random.seeded(1, "policy");
  const games: Episode[] = [];
  let ends = 0;
  let cuts = 0;
  const hash = createHash("sha256");
  for (let t = 0; t < steps; t++) {
    const actions = Array.from({ length: bridge.count }, () => policy.integer(bridge.actions.length));
    games.push(...(await bridge.step(actions, batch)));
    for (let i = 0; i < bridge.count; i++) {
      ends += batch.terminated[i]!;
      cuts += batch.truncated[i]!;
    }
    for (const part of [batch.rewards, batch.terminated, batch.truncated, batch.observations])
      hash.update(part);
  }
  return { hash: hash.digest("hex"), games, ends, cuts };
}

describe.skipIf(!hasGymnasium)(
  `Gymnasium${hasGymnasium ? "" : " (skipped: python3 or $OUTRIGGER_PYTHON cannot import gymnasium)"}`,
  () => {
    it("CartPole: seeded, episodes as long as their return", async () => {
      const bridge = await startBridge({ environment: "CartPole-v1", count: 3, python });
      const batch = createBatch(bridge);
      expect(bridge.observation).toMatchObject({ shape: [4], dtype: "float32" });
      expect(bridge.actions).toEqual(["0", "1"]);
      expect(bridge.versions.gymnasium).toMatch(/^\d+\.\d+/);
      const first = await played(bridge, batch, 5, 300);
      expect(first.games.length).toBeGreaterThan(15);
      for (const game of first.games) expect(game.return).toBe(game.length);
      expect(first.ends).toBe(first.games.length);
      expect((await played(bridge, batch, 5, 300)).hash).toBe(first.hash);
      expect((await played(bridge, batch, 6, 300)).hash).not.toBe(first.hash);
      await bridge.close();
    });

    it("a time limit is a truncation; options reach the environment", async () => {
      const bridge = await startBridge({
        environment: "CartPole-v1",
        count: 1,
        python,
        options: { max_episode_steps: 5 },
      });
      const { games, ends, cuts } = await played(bridge, createBatch(bridge), 1, 60);
      expect([games.length, ends, cuts]).toEqual([10, 0, 10]);
      await bridge.close();
    });

    it("what is not supported or does not exist is an error that says so", async () => {
      const error = (environment: string) => startBridge({ environment, count: 1, python });
      await expect(error("Pendulum-v1")).rejects.toThrow(/only Discrete ones/);
      await expect(error("Nothing-v0")).rejects.toThrow(/Nothing/);
    });
  },
);

describe.skipIf(!hasAtari)(
  `Atari${hasAtari ? "" : " (skipped: python3 or $OUTRIGGER_PYTHON cannot import ale_py)"}`,
  () => {
    const start = (preset: AtariPreset, options = {}) =>
      startBridge({ environment: "atari/breakout", count: 2, python, preset, options });

    it.each([
      ["machado2018", 18],
      ["ale-v5", 4],
      ["dqn-baselines", 4],
    ] as const)("%s: %s actions, grey frames of 84 × 84, seeded", async (preset, actions) => {
      const bridge = await start(preset);
      const batch = createBatch(bridge);
      expect(bridge.observation).toEqual({ shape: [84, 84, 1], dtype: "uint8", low: 0, high: 255 });
      expect(bridge.actions).toHaveLength(actions);
      expect(bridge.actions.slice(0, 2)).toEqual(["noop", "fire"]);
      const first = await played(bridge, batch, 5, 250);
      expect((await played(bridge, batch, 5, 250)).hash).toBe(first.hash);
      await bridge.close();
    });

    it("dqn-baselines: a lost life is an end, a game is five of them; the other presets end with the game", async () => {
      const games = new Map<AtariPreset, Played>();
      for (const preset of ["dqn-baselines", "ale-v5"] as const) {
        const bridge = await start(preset);
        games.set(preset, await played(bridge, createBatch(bridge), 3, 700));
        await bridge.close();
      }
      const lives = games.get("dqn-baselines")!;
      expect(lives.games.length).toBeGreaterThan(1);
      expect(lives.ends).toBeGreaterThanOrEqual(5 * lives.games.length);
      const whole = games.get("ale-v5")!;
      expect(whole.games.length).toBeGreaterThan(1);
      expect(whole.ends).toBe(whole.games.length);
    });

    it("frames are cut off at the limit, and options go before the preset's", async () => {
      const bridge = await start("ale-v5", { max_num_frames_per_episode: 80 });
      const { cuts, games } = await played(bridge, createBatch(bridge), 1, 63);
      // 20 steps of four frames, and the step of the reset.
      expect([cuts, games.length]).toEqual([6, 6]);
      expect(new Set(games.map(({ length }) => length))).toEqual(new Set([20]));
      await bridge.close();
    });

    it("a stack holds the last four frames, zeros before the start", async () => {
      const bridge = await start("ale-v5");
      const batch = createBatch(bridge);
      const stack = frameStack(bridge);
      await bridge.reset(1, batch);
      stack.push(batch.observations, [1, 1]);
      const frames = [batch.observations.slice()];
      for (let t = 0; t < 2; t++) {
        await bridge.step([1, 2], batch);
        stack.push(batch.observations, [0, 0]);
        frames.push(batch.observations.slice());
      }
      const channel = (c: number) => stack.stacked.filter((_, i) => i % 4 === c);
      expect(Buffer.compare(channel(0), new Uint8Array(2 * 84 * 84))).toBe(0);
      for (const [i, frame] of frames.entries())
        expect(Buffer.compare(channel(i + 1), frame as Uint8Array)).toBe(0);
      await bridge.close();
    });
  },
);
