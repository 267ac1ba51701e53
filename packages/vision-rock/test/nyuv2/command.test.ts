import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli.ts";
import { writeMiniature, writeSplitsFile } from "./miniature.ts";

let folder: string;
let printed: string;
let warned: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-command-"));
  [printed, warned] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    warned += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const run = (...words: string[]): Promise<void> =>
  main(["node", "outrigger-vision", "prepare", "nyuv2", ...words]);

describe("outrigger-vision prepare nyuv2", () => {
  it("makes four folders, says what they hold, and that they are there the second time", async () => {
    const [file, splits] = [await writeMiniature(folder), await writeSplitsFile(folder)];
    const words = [file, splits, "--out", join(folder, "out"), "--no-checksum", "--validation-count", "3"];
    await run(...words);
    expect(warned).toBe("");
    expect(printed).toMatch(
      /train {7}7 pictures, 18 boxes.*test {8}4 pictures, 12 boxes.*validation {2}3 of train/s,
    );
    expect(printed).toMatch(/not the list of ROCK's authors/);
    expect(await readdir(join(folder, "out"))).toEqual(
      expect.arrayContaining(["fit", "test", "train", "validation"]),
    );
    await run(...words);
    expect(printed).toMatch(/was prepared before/);
  });

  it("refuses a file that is not the published one with a line and exit code 1", async () => {
    await run(await writeMiniature(folder), await writeSplitsFile(folder), "--out", join(folder, "out"));
    expect(warned).toMatch(
      /^outrigger-vision: .*has the md5 [0-9a-f]{32}, not 520609c519fba3ba5ac58c8fefcc3530.*--no-checksum/,
    );
    expect(process.exitCode).toBe(1);
    expect(await readdir(folder)).not.toContain("out");
  });
});
