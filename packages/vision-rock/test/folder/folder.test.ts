import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readGroundTruth } from "../../src/evaluate/coco-json.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import { cocoSummary } from "../../src/evaluate/summary.ts";
import { readFolder } from "../../src/folder/read-folder.ts";
import { writeFolder } from "../../src/folder/write-folder.ts";
import { roomSet } from "../../src/rooms/room-set.ts";
import { annotated, type SampleSource } from "../../src/sample.ts";

const set = roomSet({ split: "train", count: 3, width: 64, height: 48 });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-rooms-"));
  await writeFolder(folder, set);
});
afterAll(() => rm(folder, { recursive: true }));

/** The folder's annotations with changes, in a folder of their own beside the same pictures. */
async function changed(
  change: (file: { images: Record<string, unknown>[]; annotations: object[] }) => void,
): Promise<SampleSource> {
  const path = join(folder, "annotations.json");
  const text = await readFile(path, "utf8");
  const file = JSON.parse(text);
  change(file);
  await writeFile(path, JSON.stringify(file));
  try {
    return await readFolder(folder);
  } finally {
    await writeFile(path, text);
  }
}

describe("a folder", () => {
  it("gives back what was written: all exact but depth to half a millimetre and normals to the rounding of bytes", async () => {
    const back = await readFolder(folder);
    expect(back).toMatchObject({ classes: set.classes, scenes: set.scenes, length: 3 });
    for (let index = 0; index < 3; index++) {
      const { rgb, depth, normals, instances, ...rest } = await back.get(index);
      const sample = await set.get(index);
      expect(rest).toEqual({
        id: sample.id,
        width: 64,
        height: 48,
        objects: sample.objects,
        scene: sample.scene,
        camera: sample.camera,
      });
      expect(Buffer.compare(rgb, sample.rgb)).toBe(0);
      expect(Buffer.compare(instances, sample.instances)).toBe(0);
      const furthest = Math.max(...depth.map((z, i) => Math.abs(z - sample.depth[i]!)));
      expect(furthest).toBeLessThanOrEqual(0.5e-3 + 1e-6);
      const widest = Math.max(...normals.map((n, i) => Math.abs(n - sample.normals[i]!)));
      expect(widest).toBeLessThan(1.5 / 127);
    }
  });

  it("is 16 bits deep, and a COCO data set that the evaluator reads", async () => {
    const { depth, channels } = await sharp(join(folder, "depth/000001.png")).metadata();
    expect({ depth, channels }).toEqual({ depth: "ushort", channels: 1 });
    const truth = readGroundTruth(JSON.parse(await readFile(join(folder, "annotations.json"), "utf8")));
    const perfect = truth.annotations.map(({ image_id, category_id, bbox }) => ({
      image_id,
      category_id,
      bbox,
      score: 1,
    }));
    expect(cocoSummary(evaluate(truth, perfect)).AP).toBeCloseTo(1, 12);
  });

  it.each(["detection", "scene", "depth", "normals"] as const)(
    "keeps a picture without %s apart from one where there is none of it",
    async (missing) => {
      const other = await mkdtemp(join(tmpdir(), "outrigger-missing-"));
      const has = { detection: true, scene: true, depth: true, normals: true, [missing]: false };
      const sample = await set.get(0);
      const empty = { ...sample, id: 2, objects: [], instances: new Uint8Array(sample.instances.length) };
      const samples = [{ ...sample, id: 1, has, ...(missing === "detection" && { objects: [] }) }, empty];
      await writeFolder(other, { ...set, length: 2, get: async (i) => samples[i]! });
      const back = await readFolder(other);
      const [first, second] = [await back.get(0), await back.get(1)];
      await rm(other, { recursive: true });
      expect(annotated(first)).toEqual(has);
      expect(second.has).toBeUndefined();
      expect(second.objects).toEqual([]);
      const blank = {
        detection: first.instances.every((i) => i === 0) && first.objects.length === 0,
        scene: first.scene === -1,
        depth: first.depth.every((z) => z === 0),
        normals: first.normals.every((n) => n === 0),
      };
      expect(blank).toEqual({
        detection: false,
        scene: false,
        depth: false,
        normals: false,
        [missing]: true,
      });
    },
  );

  it("with unknown depth and normals keeps them unknown", async () => {
    const other = await mkdtemp(join(tmpdir(), "outrigger-blank-"));
    const sample = await set.get(0);
    const blank = {
      ...sample,
      depth: new Float32Array(sample.depth.length),
      normals: new Float32Array(sample.normals.length),
    };
    await writeFolder(other, { ...set, length: 1, get: async () => blank });
    const back = await (await readFolder(other)).get(0);
    await rm(other, { recursive: true });
    expect(back.depth.every((z) => z === 0)).toBe(true);
    expect(back.normals.every((n) => n === 0)).toBe(true);
  });

  it("refuses what does not fit", async () => {
    const sample = await set.get(0);
    const other = await mkdtemp(join(tmpdir(), "outrigger-bad-"));
    const deep = { ...sample, depth: sample.depth.map(() => 66) };
    await expect(writeFolder(other, { ...set, length: 1, get: async () => deep })).rejects.toMatchObject({
      code: "out-of-range",
    });
    await expect(writeFolder(other, { ...set, length: 2, get: async () => sample })).rejects.toMatchObject({
      code: "duplicate-id",
    });
    await rm(other, { recursive: true });
    await expect(readFolder(join(folder, "nowhere"))).rejects.toMatchObject({ code: "bad-file" });
    await expect((await readFolder(folder)).get(3)).rejects.toMatchObject({ code: "out-of-range" });
    const wide = await changed(({ images }) => {
      images[0]!["width"] = 65;
    });
    await expect(wide.get(0)).rejects.toMatchObject({ code: "shape" });
    const lost = await changed(({ images }) => {
      images[0]!["file_name"] = "rgb/none.png";
    });
    await expect(lost.get(0)).rejects.toMatchObject({ code: "bad-file" });
    await expect(
      changed(({ images }) => {
        delete images[1]!["camera"];
      }),
    ).rejects.toMatchObject({ code: "missing-field" });
  });
});
