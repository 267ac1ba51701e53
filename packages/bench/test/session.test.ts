import { mkdirSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { type Executor, Stopped } from "../src/run/executor.ts";
import { run } from "../src/run/run.ts";
import { resultPath, Session } from "../src/run/session.ts";
import { found, project, silent, temporary } from "./harness.ts";

/** Runs one trial at a time, which ends well; `begun` counts them. */
function instant(): Executor & { begun: number } {
  let before: Promise<unknown> = Promise.resolve();
  let stopped = false;
  return {
    name: "instant",
    jobs: 1,
    lines: 1,
    threads: 1,
    begun: 0,
    async run() {
      const turn = before;
      let end = (): void => {};
      before = new Promise<void>((resolve) => {
        end = resolve;
      });
      await turn;
      try {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (stopped) throw new Stopped();
        this.begun++;
        const metrics = { "validation/rmse": 1, "test/rmse": 1 };
        const reply = { type: "done", result: { metrics }, seconds: 1, peakMemory: 1 } as const;
        return { reply, startedAt: new Date(0), attempts: 1 };
      } finally {
        end();
      }
    },
    stop() {
      stopped = true;
    },
  };
}

describe("Session", () => {
  it("runs no more trials once a row cannot be kept, and says why", async () => {
    const out = temporary();
    const toy = await found("toy/noise");
    const path = resultPath(out, toy, "ci");
    mkdirSync(dirname(path));
    // Takes every byte, and cannot say that it is on a disk.
    symlinkSync("/dev/null", path);
    const executor = instant();
    const session = new Session({ executor, out, project, observer: silent });
    await expect(run(session, { found: [toy], tier: "ci" })).rejects.toMatchObject({
      code: "disk",
      message: expect.stringMatching(
        /ci\.jsonl cannot be written: EINVAL.*The trials in it are kept; mend this/,
      ),
    });
    expect(executor.begun).toBeLessThan(5);
  });
});
