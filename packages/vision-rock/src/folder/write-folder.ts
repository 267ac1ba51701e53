import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { VisionRockError } from "../error.ts";
import { annotated, type Sample, type SampleSource } from "../sample.ts";
import {
  ANNOTATIONS,
  fileOf,
  type ImageRow,
  KINDS,
  type Kind,
  MILLIMETRES,
  NORMAL_UNIT,
  NORMAL_ZERO,
} from "./files.ts";

/** Depths that 16 bits of millimetres can hold. */
const DEEPEST = 65.535;

/**
 * Writes samples as a COCO data set: PNG files below `rgb/`, `depth/`, `normals/` and `instances/`, and `annotations.json`, whose ids of categories and
 * scenes begin at 1. Any COCO tool reads boxes and pictures; `readFolder` reads all. Depth is rounded to a millimetre and
 * normals to 1/127. What a sample
 * has no annotation of is left out, and its row lacks the field that would name it.
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

function imageRow(sample: Sample): ImageRow {
  const { id, width, height, scene, camera } = sample;
  const has = annotated(sample);
  return {
    id,
    file_name: fileOf("rgb", id),
    width,
    height,
    ...(has.depth && { depth_file: fileOf("depth", id) }),
    ...(has.normals && { normals_file: fileOf("normals", id) }),
    ...(has.detection && { instances_file: fileOf("instances", id) }),
    ...(has.scene && { scene_id: scene + 1 }),
    camera,
  };
}

async function writePictures(directory: string, sample: Sample): Promise<void> {
  const { id, width, height } = sample;
  const raw = (channels: 1 | 3) => ({ raw: { width, height, channels } });
  const write = (kind: Kind, picture: Sharp) => picture.png().toFile(join(directory, fileOf(kind, id)));
  const has = annotated(sample);
  await Promise.all([
    write("rgb", sharp(sample.rgb, raw(3))),
    // Without its colour space named, sharp would write eight bits.
    has.depth && write("depth", sharp(millimetres(sample), raw(1)).toColourspace("grey16")),
    has.normals && write("normals", sharp(normalBytes(sample), raw(3))),
    has.detection && write("instances", sharp(sample.instances, raw(1)).toColourspace("b-w")),
  ]);
}

function millimetres({ id, depth }: Sample): Uint16Array {
  return Uint16Array.from(depth, (z) => {
    if (z >= 0 && z <= DEEPEST) return Math.round(z * MILLIMETRES);
    throw new VisionRockError(
      "out-of-range",
      `Sample ${id} has a depth of ${z} m; 16 bits hold 0 to ${DEEPEST} m.`,
      { id },
    );
  });
}

const normalBytes = ({ normals }: Sample): Uint8Array =>
  Uint8Array.from(normals, (n) => Math.round(NORMAL_ZERO + NORMAL_UNIT * n));
