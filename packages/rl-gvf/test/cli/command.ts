import { vi } from "vitest";
import { main } from "../../src/cli.ts";

/** Runs the command in this process: what it wrote, and its exit code. */
export async function command(
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  // The parser of arguments leaves the process where there is nothing to run.
  const left: number[] = [];
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    left.push(Number(code ?? 0));
    throw new Error("exit");
  });
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await main(["node", "outrigger-rl", ...args]);
    return { out: written.stdout, err: written.stderr, code: process.exitCode };
  } catch (error) {
    if (left.length === 0) throw error;
    return { out: written.stdout, err: written.stderr, code: left[0]! };
  } finally {
    process.exitCode = before;
    for (const spy of [...spies, exit]) spy.mockRestore();
  }
}
