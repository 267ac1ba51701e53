import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { VisionRockError } from "../error.ts";
import type { Sample, SampleSource } from "../sample.ts";
import { ANNOTATIONS, fileOf, type ImageRow, KINDS, MILLIMETRES, NORMAL_UNIT, NORMAL_ZERO } from "./files.ts";

/** Depths that 16 bits of millimetres can hold. */
const DEEPEST = 65.535;

/**
 * Writes samples as a COCO data set: PNG files below `rgb/`, `depth/`, `normals/` and `instances/`, and `annotations.json`, whose ids of categories and
 * scenes begin at 1. Any COCO tool reads boxes and pictures; `readFolder` reads all. Depth is rounded to a millimetre and
 * normals to 1/127.
 *
 * @throws VisionRockError "out-of-range" for a depth above 65.535 m, "duplicate-id" for two samples of one id.
 */
export async function writeFolder(directory: string, source: SampleSource): Promise<void> {
  for (const kind of KINDS) await mkdir(join(directory, kind), { recursive: true });
  const images: ImageRow[] = [];
  const annotations: object[] = [];
  const ids = new Set<number>();
  for (let index = 0; index < source.length; index++) {
    const sample = await source.get(index);
    if (ids.has(sample.id)) {
      throw new VisionRockError("duplicate-id", `Two samples have the id ${sample.id}.`, { id: sample.id });
    }
    ids.add(sample.id);
    await writePictures(directory, sample);
    images.push(imageRow(sample));
    for (const [i, { category, box, area, amodal }] of sample.objects.entries()) {
      annotations.push({
        id: annotations.length + 1,
        image_id: sample.id,
        category_id: category + 1,
        bbox: box,
        area,
        iscrowd: 0,
        instance: i + 1,
        amodal_bbox: amodal,
      });
    }
  }
  const named = (names: readonly string[]): object[] => names.map((name, i) => ({ id: i + 1, name }));
  const { classes, scenes } = source;
  const file = { images, categories: named(classes), scenes: named(scenes), annotations };
  await writeFile(join(directory, ANNOTATIONS), `${JSON.stringify(file)}\n`);
}

function imageRow({ id, width, height, scene, camera }: Sample): ImageRow {
  return {
    id,
    file_name: fileOf("rgb", id),
    width,
    height,
    depth_file: fileOf("depth", id),
    normals_file: fileOf("normals", id),
    instances_file: fileOf("instances", id),
    scene_id: scene + 1,
    camera,
  };
}

async function writePictures(directory: string, sample: Sample): Promise<void> {
  const { id, width, height } = sample;
  const raw = (channels: 1 | 3) => ({ raw: { width, height, channels } });
  const depth = new Uint16Array(width * height);
  for (const [i, z] of sample.depth.entries()) {
    if (!(z >= 0 && z <= DEEPEST)) {
      throw new VisionRockError(
        "out-of-range",
        `Sample ${id} has a depth of ${z} m; 16 bits hold 0 to ${DEEPEST} m.`,
      );
    }
    depth[i] = Math.round(z * MILLIMETRES);
  }
  const normals = new Uint8Array(3 * width * height);
  for (const [i, n] of sample.normals.entries()) normals[i] = Math.round(NORMAL_ZERO + NORMAL_UNIT * n);
  await Promise.all([
    sharp(sample.rgb, raw(3))
      .png()
      .toFile(join(directory, fileOf("rgb", id))),
    // Without its colour space named, sharp would write eight bits.
    sharp(depth, raw(1))
      .toColourspace("grey16")
      .png()
      .toFile(join(directory, fileOf("depth", id))),
    sharp(normals, raw(3))
      .png()
      .toFile(join(directory, fileOf("normals", id))),
    sharp(sample.instances, raw(1))
      .toColourspace("b-w")
      .png()
      .toFile(join(directory, fileOf("instances", id))),
  ]);
}
