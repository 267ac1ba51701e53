import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "@outrigger/core";
import { vi } from "vitest";
import { main } from "../../src/cli.ts";
import { type TrainSetting, trainCommand } from "../../src/command/train.ts";
import { type Configuration, configuration } from "../../src/setup/configuration.ts";
import { writeParams, writeRecord } from "../../src/setup/model-folder.ts";
import { prepare } from "../../src/setup/prepare.ts";

export const temporary = (): string => mkdtempSync(join(tmpdir(), "outrigger-seq-"));

/** A training of a second. */
export const tinyFlags: readonly string[] = [
  "--symbols 9 --train-length 3 --long 6 --size 8 --heads 2 --layers 2 --batch 8 --steps 240 --threads 1",
].flatMap((text) => text.split(" "));

export const tiny = (given: Partial<Configuration> = {}): Configuration =>
  configuration({
    symbols: 9,
    trainLength: 3,
    long: 6,
    size: 8,
    heads: 2,
    layers: 2,
    batch: 8,
    steps: 240,
    ...given,
  });

/** Trains without a word; returns what was printed. */
export async function trained(
  given: Configuration,
  out: string,
  setting: Partial<TrainSetting> = {},
): Promise<{ code: number; printed: string }> {
  const lines: string[] = [];
  const code = await trainCommand(given, {
    out,
    threads: 1,
    checkpointEvery: 50,
    print: (text) => lines.push(text),
    progress: () => undefined,
    ...setting,
  });
  return { code, printed: lines.join("\n") };
}

/** Writes a model that no step has changed. */
export function untrained(given: Configuration, folder: string): void {
  const prepared = prepare(given);
  writeRecord(folder, prepared);
  writeParams(folder, prepared.decoder.init(Random.seeded(given.seed, "init")));
}

/** Runs the command in this process: what it wrote, and its exit code. */
export async function command(
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0),
    vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0),
  ];
  try {
    process.exitCode = 0;
    await main(["node", "outrigger-seq", ...args]);
    return { code: exitCode(), out: out.join(""), err: err.join("") };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

const exitCode = (): number => Number(process.exitCode ?? 0);
