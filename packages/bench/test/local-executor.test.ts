import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import type { Row } from "../src/results/row.ts";
import { run } from "../src/run/run.ts";
import { resultPath } from "../src/run/session.ts";
import { alive } from "./command.ts";
import { found, session, temporary } from "./harness.ts";

/** Runs methods of toy/limits, with what was told of lost attempts. */
async function runLimits(
  methods: string[],
  options: Parameters<typeof session>[1] = {},
  tier: "smoke" | "ci" = "smoke",
): Promise<{ of: (method: string) => Row | undefined; lost: string[]; pid: (method: string) => number }> {
  const out = temporary();
  const marks = join(out, "marks");
  mkdirSync(marks);
  process.env.TOY_MARK = marks;
  const lost: string[] = [];
  const toy = await found("toy/limits");
  const observer = {
    lost: (trial: { method: string }, why: string, tried: number) =>
      lost.push(`${trial.method} ${tried}: ${why.split("\n")[0] ?? ""}`),
  };
  await run(await session(out, { limit: 3, ...options, observer }), { found: [toy], tier, methods });
  const { rows } = readResults(resultPath(out, toy, tier));
  return {
    of: (method) => rows.find((row) => row.method === method),
    lost,
    pid: (method) => Number(readFileSync(join(marks, `${method}.pid`), "utf8")),
  };
}

describe("localExecutor", () => {
  it("kills a trial that hangs past its limit, in JavaScript or waiting, and only that attempt is lost", async () => {
    const { of, lost, pid } = await runLimits(["loops", "waits", "loops-once", "waits-once"]);
    for (const method of ["loops", "waits"]) {
      expect(of(method)).toMatchObject({ status: "failed", provenance: { attempts: 2 } });
      expect(of(method)?.error).toBe(
        "The trial took longer than its limit of 3 s and was killed.\n(tried 2 times)",
      );
      expect(alive(pid(method))).toBe(false);
    }
    for (const method of ["loops-once", "waits-once"])
      expect(of(method)).toMatchObject({ status: "done", provenance: { attempts: 2 } });
    expect(of("fine")).toMatchObject({ status: "done" });
    expect(of("fine")?.provenance.attempts).toBeUndefined();
    expect(lost.sort()).toEqual(
      ["loops", "loops-once", "waits", "waits-once"].map(
        (method) => `${method} 1: The trial took longer than its limit of 3 s and was killed.`,
      ),
    );
  });

  it("starts anew a trial that the system killed, or that ran out of memory", async () => {
    const { of, lost } = await runLimits(["killed-once", "memory-once"], {
      limit: 120,
      execArgv: ["--max-old-space-size=40"],
    });
    expect(of("killed-once")).toMatchObject({ status: "done", provenance: { attempts: 2 } });
    expect(of("memory-once")).toMatchObject({ status: "done", provenance: { attempts: 2 } });
    expect(lost).toContainEqual("killed-once 1: The process was ended by SIGKILL.");
    expect(lost.join()).toMatch(
      /memory-once 1: The process (was ended by SIGABRT|ended with exit code 134)\./,
    );
    // When memory runs out on the machine, Linux is told to end a trial before the runner.
    expect(of("fine")?.metrics["test/score"]).toBeGreaterThanOrEqual(500);
  });

  it("makes as many attempts as it is told", async () => {
    const { of, lost } = await runLimits(["killed-once", "waits"], { limit: 1, attempts: 1 });
    expect(of("killed-once")).toMatchObject({ status: "failed", error: "The process was ended by SIGKILL." });
    expect(of("waits")?.error).toBe("The trial took longer than its limit of 1 s and was killed.");
    expect(lost).toEqual([]);
    const more = await runLimits(["waits"], { limit: 0.5, attempts: 3 });
    expect(more.of("waits")?.error).toContain("(tried 3 times)");
    // On a busy machine the baseline may take longer to start than that, too.
    expect(more.lost.filter((text) => text.startsWith("waits"))).toHaveLength(2);
  });

  it("keeps the result of a trial whose process cannot end, or leaves another behind, and ends both", async () => {
    const { of, pid, lost } = await runLimits(["leaves-child", "stays"], { limit: 120 });
    for (const method of ["leaves-child", "stays"]) {
      expect(of(method)).toMatchObject({ status: "done" });
      expect(alive(pid(method))).toBe(false);
    }
    expect(lost).toEqual([]);
  });

  it("does not wait for a process that a trial has left in a group of its own, with the trial's output", async () => {
    const { of, pid, lost } = await runLimits(["leaves-detached"], { limit: 120 });
    process.kill(pid("leaves-detached"), "SIGKILL");
    expect(of("leaves-detached")).toMatchObject({ status: "done" });
    expect(lost).toEqual([]);
  });

  it("does not try again what came out wrong", async () => {
    const { of, lost } = await runLimits(["wrong"]);
    expect(of("wrong")?.error).toMatch(/^The trial's result cannot be stored\./);
    expect(of("wrong")?.provenance.attempts).toBeUndefined();
    expect(lost).toEqual([]);
  });

  it("takes the limit of the benchmark's tier unless it is told another", async () => {
    const { of } = await runLimits(["waits"], { limit: undefined, attempts: 1 }, "ci");
    expect(of("waits")?.error).toBe("The trial took longer than its limit of 2 s and was killed.");
  });
});
