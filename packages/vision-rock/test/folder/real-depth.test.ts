import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFolder } from "../../src/folder/read-folder.ts";
import { readPicture } from "../../src/folder/read-picture.ts";
import { readPixels } from "../../src/folder/read-pixels.ts";
import { writeFolder } from "../../src/folder/write-folder.ts";

const data = join(process.env["OUTRIGGER_DATA"] ?? "/nowhere", "vision");
const missing = !existsSync(join(data, "nyuv2-sample-560x425"));
describe.skipIf(missing)(
  `frames of NYU Depth v2${missing ? " (skipped: set OUTRIGGER_DATA to a folder with vision/nyuv2-sample-560x425)" : ""}`,
  () => {
    it.each([
      [
        "nyuv2-sample-560x425/images.png",
        "nyuv2-sample-560x425/depth.png",
        { unknown: 0, least: 1923, most: 9484 },
      ],
      ["nyuv2-sample-560x425/images.png", "nyuv2-sample-560x425/rawdepth.png", { unknown: 39_646 }],
      [
        "nyuv2-sample-160x120/bookstore_0001d_00001.jpg",
        "nyuv2-sample-160x120/bookstore_0001d_00001.png",
        { most: 10_000 },
      ],
    ])("with %s: every millimetre of %s comes back from a folder", async (colour, depth, facts) => {
      const { width, height, rgb } = await readPicture(join(data, colour));
      const millimetres = await readPixels(join(data, depth), "depth", width, height);
      const sorted = Uint16Array.from(millimetres).sort();
      const unknown = sorted.findIndex((value) => value > 0);
      expect({ unknown, least: sorted[unknown], most: sorted.at(-1) }).toMatchObject(facts);
      const pixels = width * height;
      const sample = {
        id: 1,
        width,
        height,
        rgb,
        depth: Float32Array.from(millimetres, (value) => value / 1000),
        normals: new Float32Array(3 * pixels),
        instances: new Uint8Array(pixels),
        objects: [],
        scene: 0,
        camera: { fx: 519, fy: 519, cx: 285, cy: 209 },
      };
      const folder = await mkdtemp(join(tmpdir(), "outrigger-real-"));
      await writeFolder(folder, { classes: [], scenes: ["room"], length: 1, get: async () => sample });
      const back = await (await readFolder(folder)).get(0);
      await rm(folder, { recursive: true });
      expect(Buffer.compare(back.rgb, rgb)).toBe(0);
      expect(back.depth.findIndex((z, i) => z !== sample.depth[i])).toBe(-1);
      expect(back.depth.findIndex((z, i) => Math.round(1000 * z) !== millimetres[i])).toBe(-1);
    });
  },
);
