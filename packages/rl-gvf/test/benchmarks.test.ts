import { tmpdir } from "node:os";
import type { Trial } from "@outrigger/bench/benchmark";
import { describe, expect, it } from "vitest";
import { atariTrial } from "../bench/atari.ts";
import mazeBenchmark, { mazeTrial } from "../bench/maze.ts";
import readoutBenchmark from "../bench/readout-grid.ts";
import { hasAtari } from "./bridge/python.ts";

const trialOf = (method: string, options: Trial["options"]): Trial => ({
  benchmark: "test",
  version: 1,
  method,
  group: "",
  options,
  seed: 0,
  tier: "smoke",
  threads: 1,
  directory: tmpdir(),
  progress: () => undefined,
});

describe("benchmarks from end to end, tiny", () => {
  it("maze: two rollouts with a memory, an episode of each evaluation to its time limit", async () => {
    const { options } = mazeBenchmark.arms("full")[0]!;
    const size = { environments: 1, units: 8, episodes: 1 };
    const { metrics, curves } = await mazeTrial(trialOf("random GVFs", { ...options, steps: 40 }), size);
    for (const name of ["validation/return", "test/return"]) {
      expect(metrics[name]).toBeGreaterThanOrEqual(0);
      // Goals are worth 10.
      expect(metrics[name]! % 10).toBe(0);
    }
    expect(curves!["train/questions"]!.filter((value) => value !== null)).toHaveLength(2);
  }, 120_000);

  it("read-out grid: an error between 0 and 1 a point, the last of which is the metric", async () => {
    const [arm] = readoutBenchmark.arms("smoke").slice(-2);
    const { metrics, curves } = await readoutBenchmark.run(trialOf(arm!.method, arm!.options));
    const errors = curves!["test/value-error"]!;
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(Math.abs(error! - 0.5)).toBeLessThan(0.5);
    expect(metrics["test/value-error"]).toBe(errors[1]);
    expect(metrics["validation/value-error"]).toBe(errors[1]);
  });

  it.skipIf(!hasAtari)(
    `Atari through the bridge${hasAtari ? "" : " (skipped: python3 or $OUTRIGGER_PYTHON cannot import ale_py)"}`,
    async () => {
      const trial = trialOf("random GVFs", { game: "breakout", steps: 160 });
      const { metrics, curves } = await atariTrial(trial, { environments: 2, hidden: 16 });
      expect(Object.keys(metrics)).toContain("test/return");
      const losses = curves!["train/questions"]!.filter((value) => value !== null);
      expect(losses).toHaveLength(4);
      for (const loss of losses) expect(loss).toBeGreaterThan(0);
    },
    120_000,
  );
});
