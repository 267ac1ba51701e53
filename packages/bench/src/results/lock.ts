import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { BenchError } from "../error.ts";

const schema = z.object({
  host: z.string(),
  pid: z.int(),
  /** When the process began, as the system counts it; null where that cannot be asked. */
  began: z.string().nullable(),
  since: z.string(),
});
type Holder = z.infer<typeof schema>;

/**
 * Keeps a folder of results for this process: two runners that write into one would run every trial twice, and the later one would cut off
 * what the earlier one is writing. The lock is a file that names its holder; that of a runner of this machine that is gone is taken over.
 *
 * @returns what gives the folder back.
 * @throws BenchError "in-use" naming the process and its machine; for another machine, whose processes cannot be seen from here, it says
 *   which file to remove; "disk" for a folder that cannot be made or written.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "runner.lock");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw unusable(folder, error);
  }
  const me: Holder = {
    host: hostname(),
    pid: process.pid,
    began: beginOf(process.pid),
    since: new Date().toISOString(),
  };
  const own = JSON.stringify(me);
  for (let tries = 0; !make(path, own); tries++) {
    const text = read(path);
    if (text === null) continue;
    if (tries >= 50 || isHeld(text)) throw inUse(folder, path, text);
    remove(path, text);
  }
  const release = () => {
    process.off("exit", release);
    if (read(path) === own) rmSync(path, { force: true });
  };
  process.on("exit", release);
  return release;
}

const unusable = (path: string, error: unknown): BenchError =>
  new BenchError(
    "disk",
    `${path} cannot be written: ${(error as Error).message}. Mend this, or give another folder with --out.`,
    error,
  );

/** Makes a file; false when it is there already. Of several that try, one succeeds. */
function make(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw unusable(path, error);
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function holderOf(text: string): Holder | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function isHeld(text: string): boolean {
  const holder = holderOf(text);
  if (!holder) return false;
  if (holder.host !== hostname()) return true;
  const began = beginOf(holder.pid);
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  // Another process may have got its number since. Where that cannot be told, as where /proc hides the processes of others, it is held.
  return holder.began === null || began === null || holder.began === began;
}

/** Removes a lock that nobody holds, unless another process has done so and holds the folder by now. */
function remove(path: string, text: string): void {
  const turn = `${path}.turn`;
  // A lock without content was made a moment ago, or its maker died in that moment.
  const young = holderOf(text) === null && !isOld(path);
  if (young || !make(turn, "")) {
    if (isOld(turn)) rmSync(turn, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    return;
  }
  try {
    if (read(path) === text) rmSync(path, { force: true });
  } finally {
    rmSync(turn, { force: true });
  }
}

/** Whether a file was made more than two seconds ago. */
function isOld(path: string): boolean {
  try {
    return Date.now() - statSync(path).mtimeMs > 2000;
  } catch {
    return false;
  }
}

/** When a process began, in ticks since the system did, with that system's own number; null where Linux's /proc does not say. */
function beginOf(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    if (fields[0] === "Z") return "ended"; // It only waits for its parent to ask how.
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19] ?? ""}`;
  } catch {
    return null;
  }
}

function inUse(folder: string, path: string, text: string): BenchError {
  const holder = holderOf(text);
  const who = holder
    ? `process ${holder.pid} on ${holder.host} since ${holder.since}`
    : "a process that has not yet said who it is";
  const away =
    holder && holder.host !== hostname()
      ? ` If that process is gone, which cannot be seen from here, remove ${path}.`
      : "";
  return new BenchError(
    "in-use",
    `${folder} is in use by another runner: ${who}. Wait for it, stop it, or give another folder with --out.${away}`,
  );
}
