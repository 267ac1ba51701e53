import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself, before the script. */
  readonly node?: readonly string[];
  /** Milliseconds after which it is killed with SIGKILL. */
  readonly killAfter?: number;
  /** A line of the shell that is run before it, such as a limit. */
  readonly limit?: string;
}

/** Runs a TypeScript file in a process of its own, to its end. */
export function child(
  script: string,
  args: readonly string[],
  { env = {}, node = [], killAfter, limit }: ChildOptions = {},
): Promise<Ended> {
  const words = ["--conditions=@outrigger/source", "--import", "tsx", ...node, script, ...args];
  const options = { env: { ...process.env, ...env } };
  const running = limit
    ? spawn("sh", ["-c", `${limit}; exec "$@"`, "sh", process.execPath, ...words], options)
    : spawn(process.execPath, words, options);
  let output = "";
  for (const stream of [running.stdout, running.stderr])
    stream.on("data", (piece: Buffer) => (output += piece.toString()));
  const timer = killAfter === undefined ? undefined : setTimeout(() => running.kill("SIGKILL"), killAfter);
  return new Promise((resolve) =>
    running.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output });
    }),
  );
}

/** A file of the repository. */
export const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
