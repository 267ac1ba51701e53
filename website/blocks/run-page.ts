import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformWithOxc } from "vite";
import { type Action, actionsOf } from "./programs.ts";
import { readBlocks } from "./read-blocks.ts";

const website = join(import.meta.dirname, "..");
const root = join(website, "..");
const scratch = join(website, ".scratch");

/** A block that ended badly: where it is, and what it printed. */
interface Failure {
  readonly line: number;
  readonly output: string;
}

/** What the blocks of a page did. */
export interface Ran {
  /** The first block that ended badly; those after it were not run. */
  readonly failure: Failure | undefined;
  /** Where they ran, with the files that they left. */
  readonly folder: string;
  /** All that they printed. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the blocks of a page of the repository in a folder of its own, on the packages as they are built, and stops at the first one that fails. */
export async function runPage(page: string): Promise<Ran> {
  const folder = join(scratch, page.replaceAll(/\W+/g, "-"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const prelude = (name: string): string => readFileSync(join(website, "blocks", "with", name), "utf8");
  const path = commandsFolder();
  let [stdout, stderr] = ["", ""];
  for (const action of actionsOf(readBlocks(readFileSync(join(root, page), "utf8")), prelude)) {
    const ended = await act(action, folder, path);
    stdout += ended.stdout;
    stderr += ended.stderr;
    if (ended.code === 0) continue;
    const output = `exit code ${ended.code}\n${`${ended.stdout}${ended.stderr}`.slice(-4000)}`;
    return { failure: { line: action.line, output }, folder, stdout, stderr };
  }
  return { failure: undefined, folder, stdout, stderr };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function act(action: Action, folder: string, path: string): Promise<Ended> {
  if (action.kind === "save") {
    mkdirSync(dirname(join(folder, action.file)), { recursive: true });
    writeFileSync(join(folder, action.file), `${action.text}\n`);
    if (action.file.endsWith(".ts")) await writeScript(join(folder, action.file), action.text);
    return { code: 0, stdout: "", stderr: "" };
  }
  if (action.kind === "commands") {
    return finished("bash", ["-euo", "pipefail", "-c", action.text], folder, {
      PATH: `${path}:${process.env["PATH"]}`,
    });
  }
  const file = await writeScript(join(folder, `line-${action.line}.ts`), action.text);
  return finished(process.execPath, [file], folder, {});
}

/** Writes TypeScript as JavaScript: Node 20 would need a loader, under which a domain package takes twice as long to load. @returns the file */
async function writeScript(file: string, text: string): Promise<string> {
  const { code } = await transformWithOxc(text, file, { lang: "ts" });
  const script = file.replace(/\.ts$/, ".js");
  writeFileSync(script, code.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  return script;
}

function finished(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder with every command of the packages, `npx` that starts them, and `npm`, which has nothing to install here. */
function commandsFolder(): string {
  const folder = join(scratch, "bin");
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  for (const name of readdirSync(join(root, "packages"))) {
    const home = join(root, "packages", name);
    const { bin = {} } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
      bin?: Record<string, string>;
    };
    for (const [command, file] of Object.entries(bin))
      write(command, `exec '${process.execPath}' '${join(home, file)}' "$@"`);
  }
  write("npx", 'exec "$@"');
  write("npm", '[ "$1" = install ] || { echo "npm $1 is not for a test" >&2; exit 1; }');
  return folder;
}
