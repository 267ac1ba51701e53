import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NYU_CLASSES } from "../../src/nyuv2/classes.ts";
import { NYU_FORTY, NYU_FORTY_OF } from "../../src/nyuv2/forty-classes.ts";
import { readMat5 } from "../../src/nyuv2/mat5.ts";
import { NYU_SCENES } from "../../src/nyuv2/scenes.ts";
import { chooseValidation, readSplits } from "../../src/nyuv2/splits.ts";
import { TEST, TRAIN, writeSplitsFile } from "./miniature.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-splits-"));
});
afterEach(() => rm(folder, { recursive: true }));
const written = async (lists?: Record<string, number[]>) => readFile(await writeSplitsFile(folder, lists));

describe("a file of splits", () => {
  it("is read as it was written, also lists so short that they stand in a tag", async () => {
    expect(readSplits(await written(), 12)).toEqual({ train: TRAIN, test: TEST });
    const lists = { trainNdxs: [2, 1], testNdxs: [3] };
    expect(readSplits(await written(lists), 3)).toEqual({ train: [1, 2], test: [3] });
  });

  it.each<[string, Record<string, number[]>, RegExp]>([
    ["without a list", { trainNdxs: [1] }, /lacks testNdxs/],
    ["with a frame in both lists", { trainNdxs: [1, 2], testNdxs: [2] }, /frame 2, twice/],
    ["with a frame that is not there", { trainNdxs: [1, 13], testNdxs: [2] }, /frame 13, but there are 12/],
    ["with the frame 0", { trainNdxs: [0], testNdxs: [2] }, /frame 0, but/],
  ])("%s is refused", async (_, lists, message) => {
    const bytes = await written(lists);
    expect(() => readSplits(bytes, 12)).toThrowError(message);
  });

  it("that is cut off is damaged, wherever the cut is", async () => {
    const bytes = await written();
    for (const length of [130, 140, 160, bytes.length - 20, bytes.length - 1]) {
      expect(() => readMat5(bytes.subarray(0, length), "cut.mat"), `${length}`).toThrowError(
        /cut\.mat is damaged/,
      );
    }
    expect(() => readMat5(bytes.subarray(0, 100), "cut.mat")).toThrowError(/level 5/);
  });
});

describe("frames for validation", () => {
  const train = Array.from({ length: 300 }, (_, i) => i + 1);
  const sceneOf = (frame: number): string => `place_${Math.floor(Math.sqrt(7 * frame))}`;

  it("are whole scenes, as many as asked for, the same for a seed and others for another", () => {
    const chosen = chooseValidation(train, sceneOf, 50, 3);
    expect(chosen).toHaveLength(50);
    const held = new Set(chosen.map(sceneOf));
    expect(train.filter((frame) => held.has(sceneOf(frame)))).toEqual(chosen);
    expect(chooseValidation(train, sceneOf, 50, 3)).toEqual(chosen);
    expect(chooseValidation(train, sceneOf, 50, 4)).not.toEqual(chosen);
  });

  it("are none when none is asked for, and fewer when no scene is small enough", () => {
    expect(chooseValidation(train, sceneOf, 0)).toEqual([]);
    expect(chooseValidation(train, () => "one", 50)).toEqual([]);
  });
});

const meta = join(process.env["OUTRIGGER_DATA"] ?? "/nowhere", "vision/nyuv2-meta");
const missing = !existsSync(meta);
describe.skipIf(missing)(
  `the files of NYU Depth v2${missing ? " (skipped: set OUTRIGGER_DATA to a folder with vision/nyuv2-meta)" : ""}`,
  () => {
    it("have 795 frames to train on and 654 to test, which are all", async () => {
      const { train, test } = readSplits(await readFile(join(meta, "splits.mat")), 1449);
      expect([train.length, test.length]).toEqual([795, 654]);
      expect([...train, ...test].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 1449 }, (_, i) => i + 1),
      );
      expect([train.slice(0, 5), test.slice(0, 5)]).toEqual([
        [3, 4, 5, 6, 7],
        [1, 2, 9, 14, 15],
      ]);
    });

    it("map 894 names to 40 classes as the table does", async () => {
      const map = readMat5(await readFile(join(meta, "classMapping40.mat")), "classMapping40.mat").get(
        "mapClass",
      );
      expect(map).toEqual(NYU_FORTY_OF);
    });
  },
);

describe("tables of NYU Depth v2", () => {
  it("agree: classes that are also among the 40 are mapped to themselves, the two others to their catch-alls", () => {
    expect([NYU_CLASSES.length, NYU_SCENES.length, NYU_FORTY.length, NYU_FORTY_OF.length]).toEqual([
      19, 27, 40, 894,
    ]);
    const other = new Map([
      ["garbage bin", "otherfurniture"],
      ["monitor", "otherprop"],
    ]);
    for (const { name, label } of NYU_CLASSES) {
      expect({ name, to: NYU_FORTY[NYU_FORTY_OF[label - 1]! - 1] }).toEqual({
        name,
        to: other.get(name) ?? name,
      });
    }
  });
});
