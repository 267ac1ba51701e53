import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Trial } from "./domains.ts";
import { type InstalledSize, installedSize } from "./installed-size.ts";
import { manifestOf, root, type Tarball } from "./pack.ts";
import { readmeImports } from "./readme-imports.ts";
import { runCommand } from "./run-command.ts";

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
): Promise<{ size: InstalledSize; failures: string[] }> {
  const failures: string[] = [];
  const needed = withDependencies([trial.folder, ...(trial.besides ?? [])]);
  write(
    project,
    "package.json",
    JSON.stringify({ name: "stranger", private: true, type: "module", ...trial.project }),
  );
  for (const [name, text] of Object.entries(trial.files ?? {})) write(project, name, text);

  const paths = needed.map((folder) => tarballs.find((tarball) => tarball.folder === folder)!.path);
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", ...paths];
  const installed = await runCommand("npm", install, {
    cwd: project,
    environment: { npm_config_onnxruntime_node_install: "skip" },
  });
  const size = installedSize(join(project, "node_modules"));
  if (installed.code !== 0) return { size, failures: [`npm install failed:\n${installed.output}`] };
  if (size.files.some((file) => /providers_cuda/.test(file)))
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
  if (types.code !== 0) return { size, failures: [...failures, `types:\n${types.output}`] };

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
  return { size, failures };
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
