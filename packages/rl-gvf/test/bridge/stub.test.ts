import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { type Bridge, type BridgeOptions, startBridge } from "../../src/bridge/bridge.ts";
import { createBatch } from "../../src/environment/batch.ts";
import { RlGvfError } from "../../src/error.ts";
import { hasPython, python } from "./python.ts";

const [COUNT, RAISE, DIE, GARBAGE, HANG, PRINT, UNASKED, SHORT] = [0, 1, 2, 3, 4, 5, 6, 7];

const open: Bridge[] = [];
async function started(options: Partial<BridgeOptions> = {}): Promise<Bridge> {
  const script = join(import.meta.dirname, "stub.py");
  const bridge = await startBridge({ environment: "counter", count: 2, python, script, ...options });
  open.push(bridge);
  return bridge;
}

/** A bridge that has been reset with seed 10. */
async function ready(options: Partial<BridgeOptions> = {}) {
  const bridge = await started(options);
  const batch = createBatch(bridge);
  await bridge.reset(10, batch);
  return { bridge, batch };
}

const errorOf = async (promise: Promise<unknown>): Promise<RlGvfError> => {
  const error = await promise.then(
    () => new Error("no error"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RlGvfError);
  return error as RlGvfError;
};

const isAlive = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid!, 0);
  } catch {
    return false;
  }
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((bridge) => bridge.close()));
});

describe.skipIf(!hasPython)(
  `the bridge${hasPython ? "" : " (skipped: there is no python3 of at least 3.9)"}`,
  () => {
    it("steps environments, resets them in the step after the end, and counts episodes", async () => {
      const { bridge, batch } = await ready();
      expect([...batch.observations]).toEqual([0, 10, 0, 11]);
      for (let t = 1; t < 5; t++) expect(await bridge.step([0, PRINT!], batch)).toEqual([]);
      expect(await bridge.step([0, PRINT!], batch)).toEqual([
        { environment: 0, return: 0, length: 5 },
        { environment: 1, return: 25, length: 5 },
      ]);
      expect([[...batch.terminated], [...batch.truncated], [...batch.rewards]]).toEqual([
        [1, 1],
        [0, 0],
        [0, 5],
      ]);
      expect([...batch.observations]).toEqual([5, 10, 5, 36]);
      expect(await bridge.step([PRINT!, PRINT!], batch)).toEqual([]);
      expect([[...batch.terminated], [...batch.rewards]]).toEqual([
        [0, 0],
        [0, 0],
      ]);
      expect([...batch.observations]).toEqual([0, 0, 0, 0]);
    });

    it("what libraries print goes to the log, not into the frames", async () => {
      const lines: string[] = [];
      const { bridge, batch } = await ready({ onLog: (line) => lines.push(line) });
      await bridge.step([PRINT!, COUNT!], batch);
      await bridge.close();
      expect(lines).toEqual(expect.arrayContaining(["a library says hello", "so does its C code", "closed"]));
    });

    it("an environment that throws: the error has the traceback, and the process goes on", async () => {
      const { bridge, batch } = await ready();
      const { pid } = bridge;
      const error = await errorOf(bridge.step([RAISE!, COUNT!], batch));
      expect(error.code).toBe("bridge-environment");
      expect(error.message).toMatch(/RuntimeError: the environment is on fire/);
      expect(error.details.traceback).toMatch(/stub.py.*in misbehave/s);
      expect(await bridge.step([COUNT!, COUNT!], batch)).toEqual([]);
      expect(bridge.pid).toBe(pid);
    });

    it("Python killed in the middle of a step: an error that quotes what it said last; a restart helps", async () => {
      const { bridge, batch } = await ready();
      const error = await errorOf(bridge.step([DIE!, COUNT!], batch));
      expect(error.code).toBe("bridge-exit");
      expect(error.message).toMatch(/ended by SIGKILL. It wrote: about to die/);
      expect(await errorOf(bridge.step([COUNT!, COUNT!], batch))).toBe(error);
      await bridge.restart();
      expect((await errorOf(bridge.step([COUNT!, COUNT!], batch))).message).toMatch(/call reset/);
      await bridge.reset(3, batch);
      expect([...batch.observations]).toEqual([0, 3, 0, 4]);
      await bridge.step([COUNT!, COUNT!], batch);
      expect(batch.observations[0]).toBe(1);
    });

    it("Python killed from outside between two steps", async () => {
      const { bridge, batch } = await ready();
      process.kill(bridge.pid!, "SIGKILL");
      expect((await errorOf(bridge.step([COUNT!, COUNT!], batch))).message).toMatch(/ended by SIGKILL/);
    });

    it.each([
      ["garbage on the pipe", GARBAGE, /is no frame.*something else writes/],
      ["a frame that nobody asked for", UNASKED, /sent 0 bytes for a step/],
      ["a frame that is too short", SHORT, /sent 27 bytes for a step, not 28/],
    ])("%s is an error of the protocol", async (_, action, message) => {
      const { bridge, batch } = await ready();
      const error = await errorOf(bridge.step([COUNT!, action!], batch));
      expect(error.code).toBe("bridge-protocol");
      expect(error.message).toMatch(message);
      await bridge.restart();
      await bridge.reset(1, batch);
      expect(await bridge.step([COUNT!, COUNT!], batch)).toEqual([]);
    });

    it("no answer in time: the process is killed", async () => {
      const { bridge, batch } = await ready({ timeout: 3000 });
      const { pid } = bridge;
      const error = await errorOf(bridge.step([HANG!, COUNT!], batch));
      expect([error.code, error.message]).toEqual(["bridge-timeout", "Python did not answer within 3 s."]);
      await bridge.close();
      expect(isAlive(pid)).toBe(false);
    });

    it("another protocol on either side, an environment that cannot be made, no Python", async () => {
      expect((await errorOf(started({ options: { protocol: 7 } }))).message).toMatch(
        /protocol 7, this one 1/,
      );
      const broken = await errorOf(started({ environment: "broken" }));
      expect([broken.code, broken.message]).toEqual([
        "bridge-environment",
        "Python: ValueError: no such environment",
      ]);
      const none = await errorOf(started({ python: "/nowhere/python" }));
      expect([none.code, none.message.slice(0, 38)]).toEqual([
        "bridge-exit",
        "/nowhere/python could not be started: ",
      ]);
    });

    it("refuses what does not fit before anything is sent", async () => {
      const { bridge, batch } = await ready();
      expect((await errorOf(bridge.step([0], batch))).message).toMatch(/need 2 actions, not 1/);
      expect((await errorOf(bridge.step([0, 8], batch))).message).toMatch(/0 to 7.*not 8/);
      expect((await errorOf(bridge.reset(-1, batch))).message).toMatch(/not -1/);
      expect((await errorOf(bridge.step([0, 0], { ...batch, rewards: new Float32Array(1) }))).code).toBe(
        "shape",
      );
      expect((await errorOf(started({ count: 0 }))).code).toBe("bad-option");
      expect((await errorOf(started({ preset: "ale-v5" }))).message).toMatch(/atari\/<rom>, not counter/);
      const first = bridge.step([0, 0], batch);
      expect((await errorOf(bridge.step([0, 0], batch))).message).toMatch(/has not been answered/);
      expect(await first).toEqual([]);
    });

    it("closing ends the process, twice is once, and later requests are errors", async () => {
      const { bridge, batch } = await ready();
      const { pid } = bridge;
      await Promise.all([bridge.close(), bridge.close()]);
      expect(isAlive(pid)).toBe(false);
      expect((await errorOf(bridge.step([0, 0], batch))).message).toBe("The bridge was closed.");
    });

    it("10,000 steps leave nothing behind, here or there", async () => {
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      // 16 environments of 400 numbers: 26 kB a step, 260 MB in all.
      const { bridge, batch } = await ready({ count: 16, options: { size: 400 } });
      const actions = Array.from({ length: 16 }, () => COUNT!);
      const resident = (): number => {
        const path = `/proc/${bridge.pid}/statm`;
        return existsSync(path) ? 4096 * Number(readFileSync(path, "utf8").split(" ")[1]) : 0;
      };
      const measured = async () => {
        // The first collection hands freed buffers to another thread; after the second they are counted as gone.
        collect();
        await setTimeout(50);
        collect();
        const { heapUsed, external } = process.memoryUsage();
        return { here: heapUsed + external, there: resident() };
      };
      for (let t = 0; t < 1000; t++) await bridge.step(actions, batch);
      const before = await measured();
      for (let t = 0; t < 9000; t++) await bridge.step(actions, batch);
      const after = await measured();
      // A leak of what one step moves would be 230 MB.
      expect(after.here - before.here).toBeLessThan(8e6);
      expect(after.there - before.there).toBeLessThan(8e6);
    });
  },
);
