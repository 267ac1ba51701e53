import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { Tier } from "../src/benchmark.ts";
import { discover, type Found } from "../src/run/discover.ts";
import { localExecutor } from "../src/run/local-executor.ts";
import { type Observer, type RunRequest, type RunSummary, run } from "../src/run/run.ts";

const here = dirname(fileURLToPath(import.meta.url));
export const project: string = join(here, "fixtures/project");
export const runner: string = join(here, "fixtures/runner.ts");

/** Lets a plain node run the TypeScript sources. */
export const loader: string[] = [
  "--import",
  pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
];

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const silent: Observer = { begin() {}, start() {}, progress() {}, end() {}, dropped() {} };

export async function found(name: string): Promise<Found> {
  const entry = (await discover(project)).find(({ benchmark }) => benchmark.name === name);
  if (!entry) throw new Error(`There is no ${name} among the fixtures.`);
  return entry;
}

export async function runToy(
  name: string,
  tier: Tier,
  out: string,
  request: Partial<RunRequest> = {},
): Promise<RunSummary> {
  const executor = localExecutor({ jobs: 2, execArgv: loader });
  return run({ found: [await found(name)], tier, executor, out, project, observer: silent, ...request });
}
