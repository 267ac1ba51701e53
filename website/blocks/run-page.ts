import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Action, actionsOf } from "./programs.ts";
import { readBlocks } from "./read-blocks.ts";

const website = join(import.meta.dirname, "..");
const root = join(website, "..");
const scratch = join(website, ".scratch");
/** Programs read the sources of the packages, as tests do, so that they need no build. */
const NODE = ["--conditions=@outrigger/source", "--import", import.meta.resolve("tsx")];

/** A block that ended badly: where it is, and what it printed. */
export interface Failure {
  readonly line: number;
  readonly output: string;
}

/** Runs the blocks of a page of the repository in a folder of its own, and stops at the first one that fails. */
export async function runPage(page: string): Promise<Failure | undefined> {
  const folder = join(scratch, page.replaceAll(/\W+/g, "-"));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const prelude = (name: string): string => readFileSync(join(website, "blocks", "with", name), "utf8");
  const path = commandsFolder();
  for (const action of actionsOf(readBlocks(readFileSync(join(root, page), "utf8")), prelude)) {
    const output = await act(action, folder, path);
    if (output !== undefined) return { line: action.line, output };
  }
  return undefined;
}

/** What it printed if it failed. */
function act(action: Action, folder: string, path: string): Promise<string | undefined> {
  if (action.kind === "save") {
    mkdirSync(dirname(join(folder, action.file)), { recursive: true });
    writeFileSync(join(folder, action.file), `${action.text}\n`);
    return Promise.resolve(undefined);
  }
  if (action.kind === "commands") {
    return finished("bash", ["-euo", "pipefail", "-c", action.text], folder, {
      PATH: `${path}:${process.env["PATH"]}`,
    });
  }
  const file = join(folder, `line-${action.line}.ts`);
  writeFileSync(file, `${action.text}\n`);
  return finished(process.execPath, [...NODE, file], folder, {});
}

function finished(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? undefined : `exit code ${code}\n${output.slice(-4000)}`));
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
    const { bin = {} } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { bin?: object };
    for (const command of Object.keys(bin)) {
      const start = join(folder, `${command}.ts`);
      writeFileSync(start, `import { main } from "${join(home, "src", "cli.ts")}";\nawait main(process.argv);\n`);
      write(command, `exec ${[process.execPath, ...NODE, start].map((word) => `'${word}'`).join(" ")} "$@"`);
    }
  }
  write("npx", 'exec "$@"');
  write("npm", '[ "$1" = install ] || { echo "npm $1 is not for a test" >&2; exit 1; }');
  return folder;
}
