import { spawn } from "node:child_process";

/** Options of node with which a program of an example runs on the sources of the packages, so that tests need no build. */
export const onSources: readonly string[] = [
  "--conditions=@outrigger/source",
  "--import",
  import.meta.resolve("tsx"),
];

/** Runs a program of an example to its end; `output` is all that it printed. */
export function program(
  file: string,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...onSources, file, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
