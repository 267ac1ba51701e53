import { spawn } from "node:child_process";
import { join } from "node:path";

/** The command `outrigger`, as it is built. */
export const outriggerCommand: string = join(import.meta.dirname, "../packages/bench/bin/outrigger.js");

/** Runs a program of an example to its end, on the packages as they are built; `output` is all that it printed. */
export function program(
  file: string,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [file, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
