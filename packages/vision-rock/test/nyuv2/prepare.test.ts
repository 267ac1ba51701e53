import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFolder } from "../../src/folder/read-folder.ts";
import { NYU_CAMERA } from "../../src/nyuv2/camera.ts";
import { NYU_CLASSES } from "../../src/nyuv2/classes.ts";
import { type PrepareEvent, type PrepareNyuv2Options, prepareNyuv2 } from "../../src/nyuv2/prepare.ts";
import { NYU_SCENES } from "../../src/nyuv2/scenes.ts";
import {
  colourAt,
  depthAt,
  FLOOR,
  HEIGHT,
  isMeasured,
  labelAt,
  placeOf,
  TEST,
  TRAIN,
  WIDTH,
  writeMiniature,
  writeSplitsFile,
} from "./miniature.ts";

const options: PrepareNyuv2Options = { checksum: null, validation: { count: 3 } };
let folder: string;
let file: string;
let splits: string;
let out: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-nyuv2-"));
  [file, splits, out] = [await writeMiniature(folder), await writeSplitsFile(folder), join(folder, "out")];
  await prepareNyuv2(file, splits, out, options);
});
afterAll(() => rm(folder, { recursive: true }));

const each = (visit: (u: number, v: number, i: number) => void): void => {
  for (let v = 0; v < HEIGHT; v++) for (let u = 0; u < WIDTH; u++) visit(u, v, v * WIDTH + u);
};

describe("the miniature of NYU Depth v2, prepared", () => {
  it("has every frame in its split, pixel by pixel", async () => {
    for (const [split, frames] of [
      ["train", TRAIN],
      ["test", TEST],
    ] as const) {
      const source = await readFolder(join(out, split));
      expect(source.length).toBe(frames.length);
      expect(source.classes).toEqual(NYU_CLASSES.map(({ name }) => name));
      expect(source.scenes).toEqual(NYU_SCENES);
      for (const [index, frame] of frames.entries()) {
        const sample = await source.get(index);
        expect(sample).toMatchObject({ id: frame, width: WIDTH, height: HEIGHT });
        expect(sample.has).toBeUndefined();
        expect(source.scenes[sample.scene]).toBe(frame % 4 === 1 ? "living_room" : "kitchen");
        const wrong = { colour: 0, depth: 0 };
        each((u, v, i) => {
          for (const c of [0, 1, 2])
            wrong.colour += Number(sample.rgb[3 * i + c] !== colourAt(frame, u, v, c));
          // Half a millimetre of rounding, and a float's own.
          wrong.depth += Number(Math.abs(sample.depth[i]! - depthAt(frame, u, v)) > 0.5005e-3);
        });
        expect(wrong, `frame ${frame}`).toEqual({ colour: 0, depth: 0 });
      }
    }
  });

  it("has a box for each pair of label and instance of a class, one wider than the difference of its ends, and no scraps", async () => {
    const source = await readFolder(join(out, "train"));
    const frame = TRAIN[2]!;
    const { objects, instances } = await source.get(2);
    const named = objects.map(({ category, box, area }) => [source.classes[category], box, area]);
    expect(named).toEqual([
      ["chair", [2, 3, 6, 5], 30],
      ["chair", [12 + (frame % 3), 4, 5, 7], 35],
      ["table", [5, 18, 9, 8], 72],
    ]);
    const numbers = new Map([
      ["5/1", 1],
      ["5/2", 2],
      ["19/1", 3],
    ]);
    each((u, v, i) => {
      expect(instances[i]).toBe(numbers.get(labelAt(frame, u, v).join("/")) ?? 0);
    });
    expect((await source.get(0)).objects).toEqual([]);
  });

  it("keeps scraps when it is told to, and counts boxes", async () => {
    const all = await prepareNyuv2(file, splits, join(folder, "all"), { ...options, minPixels: 0 });
    const { objects } = await (await readFolder(join(folder, "all/train"))).get(1);
    expect(objects.at(-1)).toMatchObject({ box: [30, 20, 1, 1], area: 1 });
    expect(all).toMatchObject({ boxes: { train: 6 * 4, test: 4 * 4 }, before: false });
  });

  it("has the floor's normals where depth was measured, and none elsewhere", async () => {
    const { normals, camera } = await (await readFolder(join(out, "test"))).get(1);
    expect(camera.fx).toBeCloseTo((NYU_CAMERA.fx * WIDTH) / 640, 12);
    each((u, v, i) => {
      const n = normals.subarray(3 * i, 3 * i + 3);
      if (!isMeasured(u, v)) expect([...n]).toEqual([0, 0, 0]);
      else if (Math.hypot(...n) > 0)
        for (const k of [0, 1, 2]) expect(Math.abs(n[k]! - FLOOR[k]!)).toBeLessThan(1 / 127);
    });
    expect(normals.filter((n) => n !== 0).length).toBeGreaterThan(2 * WIDTH * HEIGHT);
  });

  it("divides train into whole places to fit and to validate on, which share its pictures", async () => {
    const [train, fit, validation] = await Promise.all(
      ["train", "fit", "validation"].map((name) => readFolder(join(out, name))),
    );
    const idsOf = async (source: typeof train) =>
      Promise.all([...Array(source!.length).keys()].map(async (i) => (await source!.get(i)).id));
    const [ours, rest] = [await idsOf(validation), await idsOf(fit)];
    expect(ours).toHaveLength(3);
    expect([...ours, ...rest].sort((a, b) => a - b)).toEqual(TRAIN);
    const held = new Set(ours.map(placeOf));
    expect(rest.filter((frame) => held.has(placeOf(frame)))).toEqual([]);
    expect(await validation!.get(0)).toEqual(await train!.get(TRAIN.indexOf(ours[0]!)));
  });

  it("cuts a window out, and moves the camera's centre with it", async () => {
    const crop = { left: 4, top: 2, width: 30, height: 20 };
    await prepareNyuv2(file, splits, join(folder, "cut"), { ...options, crop, depth: "measured" });
    const [cut, whole] = [await readFolder(join(folder, "cut/test")), await readFolder(join(out, "test"))];
    const [part, all] = [await cut.get(0), await whole.get(0)];
    expect(part).toMatchObject({ width: 30, height: 20 });
    expect(part.camera.cx).toBeCloseTo(all.camera.cx - 4, 12);
    expect(part.camera.cy).toBeCloseTo(all.camera.cy - 2, 12);
    // The first chair is cut at the left edge.
    expect(part.objects[0]).toMatchObject({ box: [0, 1, 4, 5], area: 20 });
    for (let v = 0; v < 20; v++) {
      for (let u = 0; u < 30; u++) {
        const [here, there] = [v * 30 + u, (v + 2) * WIDTH + u + 4];
        expect(part.rgb[3 * here + 1]).toBe(all.rgb[3 * there + 1]);
        expect(part.depth[here]).toBe(isMeasured(u + 4, v + 2) ? all.depth[there] : 0);
      }
    }
  });

  it("makes depths that are no number or not positive unknown", async () => {
    const depth = (frame: number, u: number, v: number): number =>
      u === 7 ? Number.NaN : u === 9 ? -1 : u === 11 ? Number.POSITIVE_INFINITY : depthAt(frame, u, v);
    const other = await mkdtemp(join(tmpdir(), "outrigger-nan-"));
    await prepareNyuv2(await writeMiniature(other, { depth }), splits, join(other, "out"), options);
    const sample = await (await readFolder(join(other, "out/test"))).get(0);
    await rm(other, { recursive: true });
    each((u, _, i) => {
      const lost = [7, 9, 11].includes(u);
      expect(sample.depth[i] === 0).toBe(lost);
      if (lost) expect(sample.normals[3 * i + 2]).toBe(0);
      expect(Number.isNaN(sample.normals[3 * i]!)).toBe(false);
    });
  });
});

describe("preparing", () => {
  it("continues after a stop behind the frames that are done, and does nothing when all is there", async () => {
    const again = join(folder, "again");
    const stop = new AbortController();
    const onProgress = (event: PrepareEvent): void => {
      if (event.kind === "frame" && event.done === 5) stop.abort();
    };
    const stopped = prepareNyuv2(file, splits, again, { ...options, onProgress, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: "stopped" });
    await expect(readFolder(join(again, "train"))).rejects.toMatchObject({ code: "bad-file" });
    const before = await stat(join(again, "train/rgb/000001.png"));

    const events: PrepareEvent[] = [];
    const result = await prepareNyuv2(file, splits, again, { ...options, onProgress: (e) => events.push(e) });
    expect(events.at(-1)).toEqual({ kind: "frame", done: 11, total: 11, skipped: 5 });
    expect(result.before).toBe(false);
    expect((await stat(join(again, "train/rgb/000001.png"))).mtimeMs).toBe(before.mtimeMs);
    for (const name of ["train", "test", "fit", "validation"]) {
      const path = `${name}/annotations.json`;
      expect(await readFile(join(again, path), "utf8")).toBe(await readFile(join(out, path), "utf8"));
    }
    const last = await prepareNyuv2(file, splits, again, options);
    expect(last).toEqual({ ...result, before: true });
    // Other options make other folders.
    expect(await prepareNyuv2(file, splits, again, { ...options, minPixels: 0 })).toMatchObject({
      before: false,
    });
  });

  it("compares the file's checksum, and tells how far it is", async () => {
    const events: PrepareEvent[] = [];
    const wrong = prepareNyuv2(file, splits, join(folder, "sum"), { onProgress: (e) => events.push(e) });
    await expect(wrong).rejects.toMatchObject({
      code: "checksum",
      message: expect.stringMatching(/--no-checksum/),
    });
    const { size } = await stat(file);
    expect(events.at(-1)).toEqual({ kind: "checksum", done: size, total: size });
  });

  it.each<[string, PrepareNyuv2Options]>([
    ["a crop outside the frame", { crop: "valid" }],
    ["a crop with a fraction", { crop: { left: 0.5, top: 0, width: 4, height: 4 } }],
    ["a negative minPixels", { minPixels: -1 }],
  ])("refuses %s", async (_, bad) => {
    const refused = prepareNyuv2(file, splits, join(folder, "no"), { ...options, ...bad });
    await expect(refused).rejects.toMatchObject({ code: "bad-option" });
  });

  it("names a file of splits that is missing or wrong", async () => {
    const other = join(folder, "other.mat");
    await expect(prepareNyuv2(file, other, out, options)).rejects.toMatchObject({ code: "bad-file" });
    await writeFile(other, "text");
    await expect(prepareNyuv2(file, other, out, options)).rejects.toThrowError(/no MATLAB file of level 5/);
  });
});
