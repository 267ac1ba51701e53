import { execFileSync } from "node:child_process";
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { replaceFile } from "@outrigger/core/train/disk";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toy } from "./fixtures/toy.ts";
import { refused } from "./support/errors.ts";

const { model, ...data } = toy();
type Options = FitOptions<Parameters<(typeof model)["apply"]>[1]>;
const train = (options: Partial<Options>): Promise<Fitted<Parameters<(typeof model)["apply"]>[1]>> =>
  fit(model, {
    ...data,
    method: uncertainty(),
    optimizer: adam({ learningRate: 0.01 }),
    epochs: 4,
    seed: 3,
    threads: 1,
    progress: "none",
    ...options,
  });

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outrigger-checkpoint-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (): string => join(folder, "checkpoint.safetensors");

describe("a run with a directory", () => {
  it("ends with the bytes of one that was never stopped, after an abort in the middle of an epoch", async () => {
    const straight = await train({});
    const stop = new AbortController();
    const half = await train({
      directory: folder,
      signal: stop.signal,
      progress: (event) => event.kind === "step" && event.epoch === 1 && event.done === 2 && stop.abort(),
    });
    expect(half.stopped).toBe("signal");
    expect(half.history).toHaveLength(1);
    const whole = await train({ directory: folder });
    expect(whole.last).toEqual(straight.last);
    expect(whole.params).toEqual(straight.params);
    expect(whole.history).toEqual(straight.history);
  });

  it("is prolonged by more epochs, and done at once without", async () => {
    const straight = await train({ epochs: 6 });
    await train({ directory: folder });
    let steps = 0;
    const count: Options["progress"] = (event) => {
      if (event.kind === "step") steps++;
    };
    const again = await train({ directory: folder, progress: count });
    expect([steps, again.stopped]).toEqual([0, "epochs"]);
    const longer = await train({ directory: folder, epochs: 6, progress: count });
    expect(steps).toBe(2 * data.train.size);
    expect(longer.last).toEqual(straight.last);
    const log = readFileSync(join(folder, "log.jsonl"), "utf8").trimEnd().split("\n");
    expect(log.map((line) => JSON.parse(line) as unknown)).toEqual(
      JSON.parse(JSON.stringify(longer.history)),
    );
  });

  it("starts anew with resume: false", async () => {
    await train({ directory: folder });
    const again = await train({ directory: folder, resume: false, epochs: 1 });
    expect(again.history).toHaveLength(1);
    expect(readFileSync(join(folder, "log.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(1);
  });

  it.each([
    ["seed", { seed: 4 }],
    ["method", { method: uniform() }],
    ["optimizer", { optimizer: adam({ learningRate: 0.02 }) }],
    ["train", { train: toy({ batchSize: 16 }).train }],
    ["validation", { validation: data.test }],
    ["tasks", { tasks: [...data.tasks].reverse() }],
    ["maxGradientNorm", { maxGradientNorm: 1 }],
  ])("refuses to continue with another %s, and says so", async (name, options) => {
    await train({ directory: folder, epochs: 1 });
    const before = readFileSync(file());
    const error = await refused(train({ directory: folder, ...options }));
    expect(error.code).toBe("bad-option");
    expect(error.details.differ).toContain(name);
    expect(error.message).toContain("another directory");
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it("refuses a damaged checkpoint by name", async () => {
    await train({ directory: folder, epochs: 1 });
    writeFileSync(file(), readFileSync(file()).subarray(0, 3000));
    const error = await refused(train({ directory: folder }));
    expect(error.code).toBe("bad-file");
    expect(error.message).toContain(file());
  });

  it("keeps the last sound checkpoint when training diverges", async () => {
    const options = {
      directory: folder,
      checkpointEvery: 1,
      epochs: 40,
      optimizer: sgd({ learningRate: 30 }),
      method: uniform(),
    };
    const error = await refused(train(options));
    expect(error.code).toBe("non-finite");
    expect(error.message).toMatch(/step \d+.*learning rate/s);
    expect(existsSync(file())).toBe(true);
    expect((await refused(train(options))).message).toBe(error.message);
  });

  it("says that it goes on from a checkpoint where there is one, and only there", async () => {
    const blocked = (at: number) => (record: { epoch: number }) => {
      if (record.epoch === at) mkdirSync(`${file()}.tmp`);
    };
    const none = await refused(train({ directory: folder, onEpoch: blocked(0) }));
    expect(none.code).toBe("disk");
    expect(none.message).toMatch(/, then run again\.$/);
    rmSync(`${file()}.tmp`, { recursive: true });
    const later = await refused(train({ directory: folder, onEpoch: blocked(1) }));
    expect(later.code).toBe("disk");
    expect(later.message).toMatch(/, then run again\. The run continues from its last checkpoint\.$/);
    expect(later.details).toEqual(none.details);
  });
});

describe("replaceFile", () => {
  it("leaves the old bytes and no temporary file when writing fails half-way", () => {
    const path = join(folder, "a");
    replaceFile(path, [Buffer.from("old")]);
    const failing = function* (): Generator<Uint8Array> {
      yield Buffer.from("new");
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    expect(() => replaceFile(path, failing())).toThrow(/the disk is full. Free some space/);
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("closes what it opened where a directory cannot be forced to the disk", () => {
    const [opened, closed] = [vi.spyOn(fs, "openSync"), vi.spyOn(fs, "closeSync")];
    const forced = vi
      .spyOn(fs, "fsyncSync")
      .mockImplementationOnce(() => undefined)
      .mockImplementationOnce(() => {
        throw Object.assign(new Error("invalid argument"), { code: "EINVAL" });
      });
    replaceFile(join(folder, "a"), [Buffer.from("new")]);
    expect(forced).toHaveBeenCalledTimes(2);
    expect(opened).toHaveBeenCalledTimes(2);
    expect(closed.mock.calls.map(([file]) => file)).toEqual(opened.mock.results.map(({ value }) => value));
    for (const spy of [opened, closed, forced]) spy.mockRestore();
  });

  it("says what to do when the directory cannot be made", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => replaceFile(join(folder, "file", "a"), [])).toThrow(OutriggerError);
  });
});

/** Mounting needs root and a kernel that allows it; both are found out by trying. */
function mountable(): boolean {
  const at = mkdtempSync(join(tmpdir(), "outrigger-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", at], { stdio: "ignore" });
    execFileSync("umount", [at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

describe.skipIf(!mountable())("on a disk of 64 kB (needs the right to mount one)", () => {
  let disk = "";
  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), "outrigger-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
  });
  afterAll(() => {
    execFileSync("umount", [disk]);
    rmSync(disk, { recursive: true });
  });

  it("a full disk is a typed error, the old checkpoint survives, and the run continues once there is space", async () => {
    const straight = await train({ epochs: 3 });
    const directory = join(disk, "run");
    await train({ directory, epochs: 1 });
    const path = join(directory, "checkpoint.safetensors");
    const before = readFileSync(path);
    const filler = join(disk, "filler");
    mkdirSync(disk, { recursive: true });
    expect(() => writeFileSync(filler, Buffer.alloc(128 * 1024))).toThrow(/ENOSPC/);
    const error = await refused(train({ directory, epochs: 3 }));
    expect(error.code).toBe("disk");
    expect(error.message).toContain("the disk is full");
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(["checkpoint.safetensors", "log.jsonl"]);
    rmSync(filler);
    const whole = await train({ directory, epochs: 3 });
    expect(whole.last).toEqual(straight.last);
  });
});
