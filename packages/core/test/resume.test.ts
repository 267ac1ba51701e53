import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Random } from "@outrigger/core/random";
import { decodeSafetensors } from "@outrigger/core/train/safetensors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("fixtures/train-child.ts", import.meta.url));
const steps = 12 * 3;

/** Trains in another process; resolves to what it printed. It is killed with SIGKILL once it says that step `at` is done. */
async function train(
  directory: string,
  method: string,
  at?: number,
): Promise<{ lines: string[]; signal: string | null }> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      "--conditions=@outrigger/source",
      "--import",
      "tsx",
      script,
      directory,
      method,
      ...(at === undefined ? [] : [`${at + 2}`]),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise<string | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (line === `step ${at}`) child.kill("SIGKILL");
  }
  return { lines, signal: await ended };
}

interface Epoch {
  readonly epoch: number;
}

const logOf = (directory: string): Epoch[] =>
  readFileSync(join(directory, "log.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Epoch);

/** Steps taken by the checkpoint; 0 when the run was killed before its first. */
function savedStep(directory: string): number {
  const path = join(directory, "checkpoint.safetensors");
  if (!existsSync(path)) return 0;
  const { metadata } = decodeSafetensors(readFileSync(path), path);
  return (JSON.parse(metadata.state!) as { step: { step: number } }).step.step;
}

describe.each(["uncertainty", "arml", "maxl", "forkmerge"])(
  "a run with shuffling, dropout and %s",
  (method) => {
    let folder = "";
    const undisturbed = (): string => join(folder, "undisturbed");
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "outrigger-resume-"));
      await train(undisturbed(), method);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const seed = Math.floor(Math.random() * 2 ** 31);
    it(`ends with the same bytes after kill -9 at two random steps (seed ${seed})`, async () => {
      const directory = join(folder, "killed");
      const random = Random.seeded(seed, method);
      const first = 1 + random.integer(steps / 2);
      const second = first + 3 + random.integer(steps - first - 5);
      let resumed = 0;
      for (const at of [first, second]) {
        const { lines, signal } = await train(directory, method, at);
        expect(signal).toBe("SIGKILL");
        expect(lines[0]).toBe(`resumed ${resumed}`);
        resumed = savedStep(directory);
        expect(resumed).toBeGreaterThanOrEqual(at - 3);
        expect(resumed).toBeLessThan(steps);
      }
      const { lines } = await train(directory, method);
      expect(lines[0]).toBe(`resumed ${resumed}`);
      expect(lines.at(-1)).toBe("finished");

      // One file holds weights, best weights, moments, rule state, streams and history: all of it is equal.
      const bytes = (at: string): Buffer => readFileSync(join(at, "checkpoint.safetensors"));
      expect(bytes(directory).equals(bytes(undisturbed()))).toBe(true);
      expect(logOf(directory)).toEqual(logOf(undisturbed()));
      expect(logOf(directory).map(({ epoch }) => epoch)).toEqual(
        Array.from({ length: 12 }, (_, epoch) => epoch),
      );
    });
  },
);
