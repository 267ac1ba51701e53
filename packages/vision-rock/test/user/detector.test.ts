import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors } from "@outrigger/core/train/safetensors";
import { describe, expect, it } from "vitest";
import { boxIou } from "../../src/box.ts";
import { makeDetector } from "../../src/predictor/detector.ts";
import { loadDetector, writeDetector } from "../../src/predictor/folder.ts";
import { resizePicture } from "../../src/predictor/resize-picture.ts";
import type { Sample } from "../../src/sample.ts";
import { json, temporary, tinyDetector, tinyRooms } from "./tiny.ts";

const rooms = tinyRooms();
const pictures: Sample[] = await Promise.all([0, 1, 2].map((i) => rooms.get(i)));
const parts = tinyDetector();
const run = { threads: 1, spinning: false };
const folder = temporary();
writeDetector(folder, parts.record, parts.params);
const options = { score: 0.08 };
const whole = await makeDetector({ ...parts, run }).detectAll(pictures, options);

describe("a detector", () => {
  it("finds boxes inside the picture, the surest first, with names of classes", () => {
    for (const { objects } of whole) {
      expect(objects.length).toBeGreaterThan(3);
      for (const { box, name, category, score } of objects) {
        expect(name).toBe(rooms.classes[category]);
        expect(Math.min(...box)).toBeGreaterThanOrEqual(0);
        expect(box[0] + box[2]).toBeLessThanOrEqual(64 + 1e-9);
        expect(box[1] + box[3]).toBeLessThanOrEqual(48 + 1e-9);
        expect(score).toBeGreaterThan(0.08);
      }
      const scores = objects.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  it("gives probabilities of scenes, depth in metres and unit normals on the map", () => {
    for (const { scene, depth, normals } of whole) {
      expect(scene!.length).toBe(rooms.scenes.length);
      expect(scene!.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect([depth!.width, depth!.height, depth!.values.length]).toEqual([8, 6, 48]);
      expect(Math.min(...depth!.values)).toBeGreaterThan(0);
      for (let i = 0; i < 48; i++)
        expect(Math.hypot(...normals!.values.subarray(3 * i, 3 * i + 3))).toBeCloseTo(1, 4);
    }
  });

  it("says the same whatever the batch", async () => {
    const detector = makeDetector({ ...parts, run, batch: 2 });
    const found = await detector.detectAll(pictures, options);
    found.forEach(({ objects, depth }, i) => {
      expect(objects.map(({ name }) => name)).toEqual(whole[i]!.objects.map(({ name }) => name));
      objects.forEach(({ box }, k) => {
        expect(boxIou(box, whole[i]!.objects[k]!.box)).toBeGreaterThan(0.999);
      });
      depth!.values.forEach((z, k) => expect(z).toBeCloseTo(whole[i]!.depth!.values[k]!, 4));
    });
    await detector.dispose();
  });

  it("gives boxes in the picture's own pixels, whatever its size", async () => {
    const detector = makeDetector({ ...parts, run });
    const large = { width: 192, height: 96 };
    const { rgb } = pictures[0]!;
    // Every pixel three times across and twice down: the mean over what a pixel covers is that pixel.
    const repeated = Uint8Array.from({ length: 3 * 192 * 96 }, (_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % 192, Math.floor(i / 3 / 192), i % 3];
      return rgb[3 * (Math.floor(y / 2) * 64 + Math.floor(x / 3)) + c]!;
    });
    expect(resizePicture(repeated, large, pictures[0]!)).toEqual(rgb);
    const { objects } = await detector.detect({ rgb: repeated, ...large }, options);
    expect(objects.length).toBe(whole[0]!.objects.length);
    objects.forEach(({ box, name }, k) => {
      const [x, y, w, h] = whole[0]!.objects[k]!.box;
      expect(name).toBe(whole[0]!.objects[k]!.name);
      expect(boxIou(box, [3 * x, 2 * y, 3 * w, 2 * h])).toBeGreaterThan(0.999);
    });
    await detector.dispose();
  });

  it("refuses a picture with another number of bytes", async () => {
    const detector = makeDetector({ ...parts, run });
    const rgba = { width: 4, height: 4, rgb: new Uint8Array(64) };
    await expect(detector.detect(rgba)).rejects.toThrow(
      /4 × 4 has 48 bytes .*not 64\. Is there a channel of transparency/,
    );
    await expect(detector.detect({ width: 0, height: 4, rgb: new Uint8Array() })).rejects.toMatchObject({
      code: "shape",
    });
  });

  it("that reads true geometry is refused", () => {
    const { record, network, params } = parts;
    const configuration = { ...record.configuration, geometryInputs: true };
    expect(() => makeDetector({ record: { ...record, configuration }, network, params })).toThrow(
      /reads true depth and normals/,
    );
  });

  it("without a block says nothing of scene, depth and normals", async () => {
    const single = makeDetector({ ...tinyDetector({ block: null, auxiliaries: [] }), run });
    expect(Object.keys(await single.detect(pictures[0]!))).toEqual(["objects"]);
    await single.dispose();
  });

  it("with a block that was never taught says nothing of them either", async () => {
    const capacity = makeDetector({ ...tinyDetector({ auxiliaries: ["depth"] }), run });
    expect(Object.keys(await capacity.detect(pictures[0]!))).toEqual(["objects", "depth"]);
    await capacity.dispose();
  });
});

describe("a detector's folder", () => {
  it("gives back the same detector", async () => {
    const loaded = await loadDetector(folder, { run });
    expect(loaded.record).toEqual(parts.record);
    expect(await loaded.detectAll(pictures, options)).toEqual(whole);
    await loaded.dispose();
  });

  it.each([
    ["is not that of a detector of outrigger-vision", () => "{}"],
    [
      "has version 2, and this package reads 1",
      (text: string) => text.replace('"version": 1', '"version": 2'),
    ],
    ["is not JSON", () => "{"],
  ])("says what is wrong with it: %s", async (said, change) => {
    const odd = temporary();
    writeDetector(odd, parts.record, parts.params);
    const path = join(odd, "model.json");
    writeFileSync(path, change(readFileSync(path, "utf8")));
    await expect(loadDetector(odd)).rejects.toThrow(said);
  });

  it("names an array that is missing or has another shape", async () => {
    const odd = temporary();
    writeDetector(odd, parts.record, parts.params);
    const path = join(odd, "model.safetensors");
    const arrays = new Map(decodeSafetensors(readFileSync(path), path).arrays);
    const [name] = [...arrays.keys()].filter((key) => key.startsWith("heads/detection"));
    arrays.delete(name!);
    const chunks = [...encodeSafetensors({ arrays, metadata: {} })];
    writeFileSync(path, Buffer.concat(chunks));
    await expect(loadDetector(odd)).rejects.toThrow(`has no array "${name}" of shape`);
    rmSync(path);
    await expect(loadDetector(odd)).rejects.toThrow(/model\.safetensors is missing/);
    await expect(loadDetector(join(odd, "nowhere"))).rejects.toThrow(
      /has no model\.json: outrigger-vision train/,
    );
  });

  it("is plain JSON beside one file of arrays", () => {
    expect(json(join(folder, "model.json"))).toMatchObject({
      format: "outrigger-vision",
      version: 1,
      classes: rooms.classes,
      configuration: { width: 64, height: 48 },
    });
  });
});
