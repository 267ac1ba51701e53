import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AnnotationFile } from "../../src/folder/files.ts";
import { readFolder } from "../../src/folder/read-folder.ts";
import { writeFolder } from "../../src/folder/write-folder.ts";
import { roomSet } from "../../src/rooms/room-set.ts";
import type { Sample } from "../../src/sample.ts";

const set = roomSet({ split: "train", count: 1, width: 32, height: 24 });
let good: string;
let folder: string;

beforeAll(async () => {
  good = await mkdtemp(join(tmpdir(), "outrigger-good-"));
  await writeFolder(good, set);
});
afterAll(() => rm(good, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-bad-"));
  await cp(good, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const file = (kind: string): string => join(folder, kind, "000001.png");
const read = async (): Promise<Sample> => (await readFolder(folder)).get(0);
const grey = (width: number, height: number) =>
  sharp(new Uint16Array(width * height).fill(2000), { raw: { width, height, channels: 1 } });

type Loose<T> = { -readonly [K in keyof T]: T[K] extends object ? Loose<T[K]> : T[K] };

async function edit(change: (file: Loose<AnnotationFile>) => void): Promise<void> {
  const path = join(folder, "annotations.json");
  const json = JSON.parse(await readFile(path, "utf8"));
  change(json);
  await writeFile(path, JSON.stringify(json));
}

describe("a folder of samples refuses", () => {
  it.each(["rgb", "depth", "normals", "instances"])("a truncated picture of %s", async (kind) => {
    const bytes = await readFile(file(kind));
    await writeFile(file(kind), bytes.subarray(0, Math.floor(0.6 * bytes.length)));
    await expect(read()).rejects.toMatchObject({ code: "bad-file", details: { path: file(kind) } });
  });

  it.each(["file_name", "depth_file", "normals_file", "instances_file"] as const)(
    "a %s outside of it",
    async (field) => {
      for (const name of ["../outside.png", "rgb/../../outside.png", "/outside.png", 3]) {
        await edit(({ images }) => {
          images[0]![field] = name as string;
        });
        await expect(read()).rejects.toMatchObject({
          code: "bad-file",
          message: expect.stringContaining("inside of the folder"),
        });
      }
    },
  );

  it("scenes and boxes that are no lists", async () => {
    await edit((file) => {
      file.annotations[0]!.amodal_bbox = "0 0 5 5" as never;
    });
    await expect(read()).rejects.toMatchObject({ code: "bad-box" });
    await edit((file) => {
      delete file.annotations[0]!.amodal_bbox;
      file.scenes = "kitchen" as never;
    });
    await expect(read()).rejects.toMatchObject({ code: "bad-file" });
  });

  it("depth of another size than the picture", async () => {
    await grey(16, 12).toColourspace("grey16").png().toFile(file("depth"));
    await expect(read()).rejects.toThrowError(/16 × 12; its row says 32 × 24/);
  });

  it("depth of 8 bits, and depth in three channels", async () => {
    await grey(32, 24).toColourspace("b-w").png().toFile(file("depth"));
    await expect(read()).rejects.toThrowError(/8 bits.*16 bits, in millimetres/);
    await sharp({ create: { width: 32, height: 24, channels: 3, background: "grey" } })
      .toColourspace("rgb16")
      .png()
      .toFile(file("depth"));
    await expect(read()).rejects.toThrowError(/3 channels of 16 bits; depth needs 1 of 16 bits/);
  });

  it("instances of 16 bits, which would lose their upper half", async () => {
    await grey(32, 24).toColourspace("grey16").png().toFile(file("instances"));
    await expect(read()).rejects.toThrowError(/instances needs 1 of 8 bits/);
  });

  it("a picture that is to be turned when it is shown", async () => {
    const turned = await sharp(file("rgb")).withMetadata({ orientation: 3 }).png().toBuffer();
    await writeFile(file("rgb"), turned);
    await expect(read()).rejects.toThrowError(/EXIF orientation 3.*upright/s);
  });

  it.each([
    ["outside on the right", [20, 2, 13, 5]],
    ["outside on the left", [-1, 2, 13, 5]],
    ["outside below", [2, 20, 5, 5]],
    ["without area", [2, 2, 0, 5]],
  ])("a box %s", async (_, box) => {
    await edit(({ annotations }) => {
      annotations[0]!.bbox = box as never;
    });
    await expect(readFolder(folder)).rejects.toMatchObject({ code: "bad-box", details: { box } });
  });

  it("instances with a gap or given twice, a missing instance, a crowd, an unknown scene and boxes without a picture of instances", async () => {
    const cases: [string, RegExp, (file: Loose<AnnotationFile>) => void][] = [
      ["bad-file", /instances 1 to/, ({ annotations }) => annotations.shift()],
      [
        "bad-file",
        /instances 1 to/,
        ({ annotations }) => {
          annotations[1]!.instance = 1;
        },
      ],
      [
        "missing-field",
        /no instance\./,
        ({ annotations }) => delete (annotations[0] as { instance?: number }).instance,
      ],
      [
        "bad-file",
        /crowd/,
        ({ annotations }) => {
          annotations[0]!.iscrowd = 1;
        },
      ],
      [
        "unknown-category",
        /scene_id is 99/,
        ({ images }) => {
          images[0]!.scene_id = 99;
        },
      ],
      ["missing-field", /no instances_file/, ({ images }) => delete images[0]!.instances_file],
    ];
    const text = await readFile(join(folder, "annotations.json"), "utf8");
    expect(JSON.parse(text).annotations.length).toBeGreaterThan(1);
    for (const [code, message, change] of cases) {
      await writeFile(join(folder, "annotations.json"), text);
      await edit(change);
      const error = await readFolder(folder).catch((caught: Error) => caught);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    }
  });
});

describe("a folder of samples reads", () => {
  it("a picture without boxes as one without objects, which is annotated", async () => {
    await edit((json) => {
      json.annotations = [];
    });
    const sample = await read();
    expect(sample.objects).toEqual([]);
    expect(sample.has).toBeUndefined();
  });

  it("a box that stands over the edge by less than half a pixel, as COCO's rounding leaves some", async () => {
    await edit(({ annotations }) => {
      annotations[0]!.bbox = [20, 2, 12.3, 5];
    });
    expect((await read()).objects[0]!.box).toEqual([20, 2, 12.3, 5]);
  });

  it("grey and transparent pictures as three channels", async () => {
    const sample = await read();
    await sharp(sample.rgb, { raw: { width: 32, height: 24, channels: 3 } })
      .ensureAlpha(0.5)
      .png()
      .toFile(file("rgb"));
    expect(Buffer.compare((await read()).rgb, sample.rgb)).toBe(0);
    await sharp(new Uint8Array(32 * 24).fill(77), { raw: { width: 32, height: 24, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toFile(file("rgb"));
    expect((await read()).rgb.every((value) => value === 77)).toBe(true);
  });
});

describe("writing a folder refuses", () => {
  const write = async (change: (sample: Sample) => Partial<Sample>): Promise<void> => {
    const sample = await set.get(0);
    await writeFolder(folder, { ...set, get: async () => ({ ...sample, ...change(sample) }) });
  };

  it.each([Number.NaN, -1, 66, Number.POSITIVE_INFINITY])("a depth of %s m", async (z) => {
    const bad = write(({ depth }) => ({ depth: depth.with(5, z) }));
    await expect(bad).rejects.toMatchObject({
      code: "out-of-range",
      message: expect.stringContaining(`${z} m`),
    });
  });

  it.each([Number.NaN, 1.5])("a normal with a component of %s", async (n) => {
    const bad = write(({ normals }) => ({ normals: normals.with(5, n) }));
    await expect(bad).rejects.toMatchObject({ code: "out-of-range" });
  });

  it("arrays of another size and boxes outside", async () => {
    await expect(write(({ depth }) => ({ depth: depth.subarray(1) }))).rejects.toMatchObject({
      code: "shape",
    });
    const outside = write(({ objects }) => ({ objects: [{ ...objects[0]!, box: [30, 0, 5, 5] }] }));
    await expect(outside).rejects.toMatchObject({ code: "bad-box" });
  });

  it("to leave an old list of annotations beside pictures that it has begun to replace", async () => {
    await expect(write(() => ({ depth: new Float32Array(0) }))).rejects.toMatchObject({ code: "shape" });
    await expect(readFolder(folder)).rejects.toMatchObject({ code: "bad-file" });
  });
});
