import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Trial } from "./domains.ts";
import { downloaded } from "./downloaded.ts";
import { type InstalledSize, installedSize } from "./installed-size.ts";
import { manifestOf, root, type Tarball } from "./pack.ts";
import { readmeImports } from "./readme-imports.ts";
import { runCommand } from "./run-command.ts";

/** What an installation cost. */
interface Cost extends InstalledSize {
  /** bytes */
  readonly downloaded: number;
  readonly seconds: number;
}

interface Node {
  readonly version: string;
  readonly path: string;
}

/**
 * Installs a package into an empty project by the line that its README has, checks the types of its example and of what its README imports,
 * and runs the example and every command in each Node. One installation serves all: native parts are built for Node-API, not for a release.
 */
export async function tryPackage(
  trial: Trial,
  tarballs: readonly Tarball[],
  nodes: readonly Node[],
  project: string,
): Promise<{ cost: Cost; failures: string[] }> {
  const failures: string[] = [];
  const needed = withDependencies([trial.folder, ...(trial.besides ?? [])]);
  write(
    project,
    "package.json",
    JSON.stringify({ name: "stranger", private: true, type: "module", ...trial.project }),
  );
  for (const [name, text] of Object.entries(trial.files ?? {})) write(project, name, text);

  const paths = needed.map((folder) => tarballs.find((tarball) => tarball.folder === folder)!.path);
  const install = ["install", "--no-audit", "--no-fund", "--loglevel=error", ...paths];
  // A cache of its own, as on a machine that has installed nothing yet.
  const cache = `${project}-cache`;
  const started = performance.now();
  const installed = await runCommand("npm", install, {
    cwd: project,
    environment: { npm_config_onnxruntime_node_install: "skip", npm_config_cache: cache },
  });
  const seconds = (performance.now() - started) / 1000;
  const cost = { ...installedSize(join(project, "node_modules")), downloaded: downloaded(cache), seconds };
  if (installed.code !== 0) return { cost, failures: [`npm install failed:\n${installed.output}`] };
  if (cost.files.some((file) => /providers_cuda/.test(file)))
    failures.push("the installation fetched CUDA libraries");

  const example = trial.example ?? "example.ts";
  mkdirSync(dirname(join(project, example)), { recursive: true });
  cpSync(join(root, "scripts/packages/examples", `${trial.folder}.ts`), join(project, example));
  const readme = readFileSync(join(project, "node_modules/@outrigger", trial.folder, "README.md"), "utf8");
  const imports = readmeImports(readme).filter(({ from }) => existsSync(join(project, "node_modules", from)));
  for (const [k, { statement }] of imports.entries())
    write(project, `readme/import-${k}.ts`, `${statement}\n`);
  write(project, "tsconfig.json", JSON.stringify({ compilerOptions, exclude: ["node_modules"] }));
  const types = await runCommand(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", "."],
    { cwd: project },
  );
  if (types.code !== 0) return { cost, failures: [...failures, `types:\n${types.output}`] };

  for (const node of nodes) {
    const out = `out-${node.version}`;
    mkdirSync(join(project, out));
    const environment = {
      PATH: `${dirname(node.path)}:${process.env["PATH"]}`,
      OUTRIGGER_CACHE: join(project, out, "cache"),
    };
    const attempt = async (args: readonly string[]): Promise<void> => {
      const { code, output } = await runCommand(node.path, args, { cwd: project, environment });
      if (code !== 0)
        failures.push(`Node ${node.version}, ${args.join(" ")}: exit code ${code}\n${output.slice(-3000)}`);
    };
    await attempt([example.replace(/ts$/, "js")]);
    const commands = Object.keys(manifestOf(trial.folder).bin ?? {}).map((name) => `${name} --help`);
    for (const line of [...commands, ...trial.commands]) {
      const [command = "", ...args] = line.replaceAll("OUT", out).split(" ");
      await attempt([join("node_modules/.bin", command), ...args]);
    }
  }
  return { cost, failures };
}

/** What the README tells users of TypeScript. */
const compilerOptions = {
  target: "es2023",
  module: "nodenext",
  strict: true,
  skipLibCheck: true,
  types: [],
};

/** Packages of this repository that these need, themselves first. */
function withDependencies(folders: readonly string[]): string[] {
  const all = new Set(folders);
  for (const folder of all) {
    for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
      if (name.startsWith("@outrigger/")) all.add(name.slice("@outrigger/".length));
    }
  }
  return [...all];
}

function write(project: string, name: string, text: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
}
