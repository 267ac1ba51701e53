import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { lockFolder } from "../src/results/lock.ts";
import { start, until } from "./command.ts";
import { built, temporary } from "./harness.ts";

const lock = (folder: string): string => join(folder, "runner.lock");

/** A process that has ended. */
const gone = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

const holder = (pid: number, host = hostname()): string =>
  JSON.stringify({ host, pid, began: "some time ago", since: "2026-01-02T03:04:05.678Z" });

describe("lockFolder", () => {
  it("gives a folder to one at a time, and names who has it", () => {
    const folder = join(temporary(), "new");
    const release = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(
      new RegExp(`in use by another runner: process ${process.pid} on ${hostname()} since \\d{4}-.*--out`),
    );
    release();
    expect(existsSync(lock(folder))).toBe(false);
    lockFolder(folder)();
  });

  it("says what to do about a folder that cannot be made", () => {
    const folder = temporary();
    writeFileSync(join(folder, "file"), "");
    expect(() => lockFolder(join(folder, "file", "out"))).toThrow(/cannot be written: ENOTDIR.*--out/);
  });

  it("takes over what a runner of this machine left: a lock of a process that is gone, or whose number another has now", () => {
    const folder = temporary();
    for (const pid of [gone(), process.pid]) {
      writeFileSync(lock(folder), holder(pid));
      const release = lockFolder(folder);
      expect(JSON.parse(readFileSync(lock(folder), "utf8"))).toMatchObject({ pid: process.pid });
      release();
    }
  });

  it("leaves alone one of a process that is there, when nobody can tell since when", () => {
    const folder = temporary();
    const { began: _, ...known } = JSON.parse(holder(process.pid)) as Record<string, unknown>;
    writeFileSync(lock(folder), JSON.stringify({ ...known, began: null }));
    expect(() => lockFolder(folder)).toThrow(/in use by another runner/);
  });

  it("takes over a lock whose maker died before it wrote a word, after a moment", () => {
    const folder = temporary();
    writeFileSync(lock(folder), "");
    const release = lockFolder(folder);
    expect(JSON.parse(readFileSync(lock(folder), "utf8"))).toMatchObject({ pid: process.pid });
    release();
  });

  it("never takes over that of another machine, and says what to do", () => {
    const folder = temporary();
    writeFileSync(lock(folder), holder(gone(), "another"));
    expect(() => lockFolder(folder)).toThrow(
      /on another since .* cannot be seen from here, remove .*runner\.lock/,
    );
  });

  it("lets one of many have what is left", async () => {
    const folder = temporary();
    const module = pathToFileURL(join(built, "results/lock.js")).href;
    const script = join(folder, "take.mjs");
    writeFileSync(
      script,
      `import { lockFolder } from ${JSON.stringify(module)};
       process.stdin.once("data", () => {
         try { lockFolder(${JSON.stringify(folder)}); console.log("mine"); setInterval(() => {}, 1000); }
         catch (error) { console.log(error.code); process.exit(); }
       });
       console.log("ready");`,
    );
    writeFileSync(lock(folder), holder(gone()));
    const all = Array.from({ length: 6 }, () => start([], { run: script }));
    const said = () => all.map(({ heard }) => heard().split("\n")[1] ?? "");
    await until(() => all.every(({ heard }) => heard().includes("ready")));
    for (const { child } of all) child.stdin?.write("go\n");
    await until(() => said().every((text) => text !== ""));
    for (const { child } of all) child.kill("SIGKILL");
    expect(said().sort()).toEqual([...Array.from({ length: 5 }, () => "in-use"), "mine"]);
  });
});
