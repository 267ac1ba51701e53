import { readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { Box } from "../box.ts";
import { VisionRockError } from "../error.ts";
import { type Annotation, readGroundTruth } from "../evaluate/coco-json.ts";
import type { Sample, SampleObject, SampleSource } from "../sample.ts";
import { ANNOTATIONS, type ImageRow, MILLIMETRES, NORMAL_UNIT, NORMAL_ZERO } from "./files.ts";

type StoredAnnotation = Annotation & { readonly instance: number; readonly amodal_bbox: Box };

/**
 * A data set that `writeFolder` wrote. Pictures are read when they are asked for and not kept. A row without `depth_file`, `normals_file`,
 * `instances_file` or `scene_id` is a picture without that annotation: see `Sample.has`.
 *
 * @throws VisionRockError "bad-file" for a missing or broken file, and what `readGroundTruth` throws; when a sample is read, "bad-file" and "shape" for
 * pictures that are missing or of another size.
 */
export async function readFolder(directory: string): Promise<SampleSource> {
  const file = (await readJson(join(directory, ANNOTATIONS))) as {
    images: ImageRow[];
    categories: { id: number; name: string }[];
    scenes: { id: number; name: string }[];
    annotations: StoredAnnotation[];
  };
  const truth = readGroundTruth(file);
  for (const [i, row] of file.images.entries()) {
    for (const field of ["file_name", "width", "height", "camera"] as const) {
      if (row[field] === undefined) {
        throw new VisionRockError(
          "missing-field",
          `images[${i}] has no ${field}. Was the folder made by writeFolder?`,
          { field },
        );
      }
    }
  }
  const categories = new Map(truth.categories.map(({ id }, place) => [id, place]));
  const scenes = new Map((file.scenes ?? []).map(({ id }, place) => [id, place]));
  const byImage = new Map<number, SampleObject[]>(truth.images.map(({ id }) => [id, []]));
  for (const { image_id, category_id, bbox, area, amodal_bbox, instance } of file.annotations) {
    const object = { category: categories.get(category_id)!, box: bbox, area, amodal: amodal_bbox };
    byImage.get(image_id)![instance - 1] = object;
  }

  const get = async (index: number): Promise<Sample> => {
    const row = file.images[index];
    if (row === undefined) {
      throw new VisionRockError(
        "out-of-range",
        `There is no sample ${index}; the folder has 0 to ${file.images.length - 1}.`,
      );
    }
    const { id, width, height, camera, depth_file, normals_file, instances_file, scene_id } = row;
    const read = (name: string, channels: number, sixteen = false) =>
      readPixels(join(directory, name), width, height, channels, sixteen);
    const [rgb, millimetres, bytes, instances] = await Promise.all([
      read(row.file_name, 3),
      depth_file === undefined ? null : read(depth_file, 1, true),
      normals_file === undefined ? null : read(normals_file, 3),
      instances_file === undefined ? null : read(instances_file, 1),
    ]);
    const scene = scenes.get(scene_id ?? Number.NaN);
    const has = {
      detection: instances !== null,
      scene: scene !== undefined,
      depth: millimetres !== null,
      normals: bytes !== null,
    };
    const pixels = width * height;
    return {
      id,
      width,
      height,
      camera,
      scene: scene ?? -1,
      objects: byImage.get(id)!,
      rgb: rgb as Uint8Array,
      instances: (instances as Uint8Array) ?? new Uint8Array(pixels),
      depth: Float32Array.from(millimetres ?? new Uint8Array(pixels), (value) => value / MILLIMETRES),
      normals: bytes === null ? new Float32Array(3 * pixels) : normalsOf(bytes as Uint8Array),
      ...(Object.values(has).includes(false) && { has }),
    };
  };
  return {
    classes: truth.categories.map(({ name }) => name),
    scenes: (file.scenes ?? []).map(({ name }) => name),
    length: file.images.length,
    get,
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new VisionRockError(
      "bad-file",
      `${path} cannot be read as JSON: ${(error as Error).message}`,
      { path },
      error,
    );
  }
}

async function readPixels(
  path: string,
  width: number,
  height: number,
  channels: number,
  sixteen: boolean,
): Promise<Uint8Array | Uint16Array> {
  const picture = sharp(path).removeAlpha();
  // Without its colour space named, sharp would give the upper eight bits of sixteen.
  const space = sixteen ? "grey16" : channels === 1 ? "b-w" : "srgb";
  const raw = picture.toColourspace(space).raw({ depth: sixteen ? "ushort" : "uchar" });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw new VisionRockError(
      "bad-file",
      `${path} cannot be read: ${(error as Error).message}`,
      { path },
      error,
    );
  });
  if (info.width !== width || info.height !== height || info.channels !== channels) {
    throw new VisionRockError(
      "shape",
      `${path} is ${info.width} × ${info.height} with ${info.channels} channels; ${ANNOTATIONS} says ${width} × ${height} with ${channels}.`,
      { path },
    );
  }
  const bytes = new Uint8Array(data);
  return sixteen ? new Uint16Array(bytes.buffer) : bytes;
}

/** Unit vectors again, after rounding to bytes; unknown ones stay 0. */
function normalsOf(bytes: Uint8Array): Float32Array {
  const normals = Float32Array.from(bytes, (byte) => (byte - NORMAL_ZERO) / NORMAL_UNIT);
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!);
    if (length === 0) continue;
    for (let k = i; k < i + 3; k++) normals[k]! /= length;
  }
  return normals;
}
