import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "h5wasm/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VisionRockError } from "../../src/error.ts";
import { frameReader } from "../../src/nyuv2/frame-reader.ts";
import { openHdf5 } from "../../src/nyuv2/hdf5.ts";
import { openLabelledFile } from "../../src/nyuv2/labelled-file.ts";
import { type Changes, depthAt, FRAMES, HEIGHT, placeOf, WIDTH, writeMiniature } from "./miniature.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-mat-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the labelled file", () => {
  it("gives text, shapes and frames behind a user block, in any order", async () => {
    const file = await openLabelledFile(await writeMiniature(folder));
    expect(file).toMatchObject({ frames: FRAMES, width: WIDTH, height: HEIGHT });
    expect(file.places).toEqual(Array.from({ length: FRAMES }, (_, i) => placeOf(i + 1)));
    expect([file.categories.get(5), file.categories.get(124), file.categories.get(6)]).toEqual([
      4,
      18,
      undefined,
    ]);
    for (const index of [11, 0, 4, 5, 3]) {
      const at = 7 * HEIGHT + 9;
      expect(file.frame(index).depth[at]).toBe(Math.fround(depthAt(index + 1, 7, 9)));
    }
    file.close();
  });

  it.each<[string, Changes, object]>([
    [
      "every variable that is missing",
      { without: ["depths", "sceneTypes"] },
      { code: "missing-field", details: { missing: ["depths", "sceneTypes"] } },
    ],
    [
      "labels of fewer frames",
      { shortLabels: true },
      { code: "shape", details: { variable: "labels", shape: [FRAMES - 1, WIDTH, HEIGHT] } },
    ],
    ["depths of another type", { wideDepths: true }, { code: "shape", details: { variable: "depths" } }],
    [
      "a scene type that is new",
      { scene: "castle" },
      { code: "unknown-category", details: { frame: 7, scene: "castle" } },
    ],
    [
      "names in another order",
      { className: "stool" },
      { code: "bad-file", details: { label: 5, found: "stool" } },
    ],
  ])("names %s", async (_, changes, error) => {
    await expect(openLabelledFile(await writeMiniature(folder, changes))).rejects.toMatchObject(error);
  });

  it("says what to install when h5wasm is missing", async () => {
    const path = await writeMiniature(folder);
    const absent = async (): Promise<never> => {
      throw Object.assign(new Error("Cannot find package 'h5wasm'"), { code: "ERR_MODULE_NOT_FOUND" });
    };
    await expect(openHdf5(path, absent)).rejects.toMatchObject({
      code: "missing-package",
      message: expect.stringContaining("npm install h5wasm@0.10.3"),
    });
  });

  it("is refused at the frames that cannot be unpacked, and gives the others", async () => {
    const path = await writeMiniature(folder);
    const bytes = await readFile(path);
    // Chunks of depth lie there; the lists of what is where come later.
    await writeFile(path, bytes.fill(0x55, 30_000, 60_000));
    const file = await openLabelledFile(path);
    const outcomes = Array.from({ length: FRAMES }, (_, index) => {
      try {
        const { depth } = file.frame(index);
        return depth[9] === Math.fround(depthAt(index + 1, 0, 9));
      } catch (error) {
        return (error as VisionRockError).code;
      }
    });
    file.close();
    expect(new Set(outcomes)).toEqual(new Set([true, "bad-file"]));
  });

  it("is refused when it is missing, another file or cut off", async () => {
    await expect(openHdf5(join(folder, "none.mat"))).rejects.toMatchObject({ code: "bad-file" });
    await writeFile(join(folder, "text.mat"), "MATLAB 5.0 MAT-file");
    await expect(openHdf5(join(folder, "text.mat"))).rejects.toThrowError(/no HDF5 file.*7\.3/);
    const path = await writeMiniature(folder);
    await writeFile(path, (await readFile(path)).subarray(0, 4000));
    await expect(openHdf5(path)).rejects.toThrowError(/damaged/);
  });
});

describe("a reader of frames", () => {
  /** An array of 7 frames of 2 × 3 numbers in chunks of 3 frames, which notes what is read of it. */
  const recorded = (chunks: number[] | null) => {
    const reads: number[][] = [];
    const values = Uint16Array.from({ length: 42 }, (_, i) => i);
    const read = (start: number, stop: number): Uint16Array => {
      reads.push([start, stop]);
      return values.slice(6 * start, 6 * stop);
    };
    const facts = { shape: [7, 2, 3], metadata: { size: 2, chunks } } as Pick<Dataset, "shape" | "metadata">;
    return { facts, read, reads };
  };
  const frames = [0, 1, 2, 3, 4, 5, 6];

  it.each<[string, number[] | null, number, number[][]]>([
    [
      "reads each block of chunks once",
      [3, 2, 1],
      1000,
      [
        [0, 3],
        [3, 6],
        [6, 7],
      ],
    ],
    [
      "splits blocks that are too large",
      [7, 1, 1],
      36,
      [
        [0, 3],
        [3, 6],
        [6, 7],
      ],
    ],
    ["reads single frames where one alone is too large", [3, 2, 3], 1, frames.map((f) => [f, f + 1])],
    ["reads single frames of what has no chunks", null, 1000, frames.map((f) => [f, f + 1])],
  ])("%s", (_, chunks, largest, expected) => {
    const { facts, read, reads } = recorded(chunks);
    const frameAt = frameReader(facts, read, largest);
    for (const frame of frames)
      expect([...frameAt(frame)]).toEqual([0, 1, 2, 3, 4, 5].map((i) => 6 * frame + i));
    expect(reads).toEqual(expected);
  });
});
