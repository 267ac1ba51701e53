import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { Tier } from "../src/benchmark.ts";
import { discover, type Found } from "../src/run/discover.ts";
import type { Executor } from "../src/run/executor.ts";
import type { LocalOptions } from "../src/run/local-executor.ts";
import { type RunRequest, run } from "../src/run/run.ts";
import { type Observer, type RunSummary, Session } from "../src/run/session.ts";

const here = dirname(fileURLToPath(import.meta.url));
export const project: string = join(here, "fixtures/project");

/** Lets a plain node run TypeScript sources. */
export const loader: string[] = [
  "--import",
  pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
];

/**
 * The runner as JavaScript, made from the sources as they are now: processes that start twenty times faster than under a loader.
 * Beside node_modules, for its packages must be found from there.
 */
export const built: string = build();

/** The built command. */
export const command: string = join(built, "outrigger.js");

function build(): string {
  const root = join(here, "../../..");
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "outrigger-bench-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const emit = [
    "--composite",
    "--incremental",
    "--isolatedDeclarations",
    "--declaration",
    "--declarationMap",
  ];
  const off = [...emit, "--sourceMap"].flatMap((option) => [option, "false"]);
  execFileSync(process.execPath, [compiler, "-p", join(here, ".."), "--noCheck", ...off, "--outDir", folder]);
  writeFileSync(
    join(folder, "outrigger.js"),
    'import { main } from "./cli.js";\nawait main(process.argv);\n',
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  return folder;
}

const builtModule = (name: string): Promise<unknown> => import(pathToFileURL(join(built, `${name}.js`)).href);

/** The local executor with built trial processes. */
async function localExecutor(options: LocalOptions): Promise<Executor> {
  const module = (await builtModule("run/local-executor")) as typeof import("../src/run/local-executor.ts");
  return module.localExecutor(options);
}

/** The benchmarks of the fixtures with the code versions that the built command gives them. */
export async function foundByCommand(): Promise<Found[]> {
  const module = (await builtModule("run/discover")) as typeof import("../src/run/discover.ts");
  return module.discover(project);
}

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const silent: Observer = {
  begin() {},
  remark() {},
  start() {},
  progress() {},
  lost() {},
  end() {},
  dropped() {},
};

export async function found(name: string): Promise<Found> {
  const entry = (await discover(project)).find(({ benchmark }) => benchmark.name === name);
  if (!entry) throw new Error(`There is no ${name} among the fixtures.`);
  return entry;
}

/** A session that runs built trials, two at a time, and shows nothing unless it is told how. */
export async function session(
  out: string,
  { observer = {}, ...options }: LocalOptions & { observer?: Partial<Observer> } = {},
): Promise<Session> {
  const executor = await localExecutor({ jobs: 2, execArgv: [], ...options });
  return new Session({ executor, out, project, observer: { ...silent, ...observer } });
}

export async function runToy(
  name: string,
  tier: Tier,
  out: string,
  request: Partial<RunRequest> = {},
): Promise<RunSummary> {
  return run(await session(out), { found: [await found(name)], tier, ...request });
}
