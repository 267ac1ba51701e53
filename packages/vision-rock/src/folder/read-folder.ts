import { dirname, join, resolve } from "node:path";
import { VisionRockError } from "../error.ts";
import type { Sample, SampleSource } from "../sample.ts";
import { ANNOTATIONS, MILLIMETRES, NORMAL_UNIT, NORMAL_ZERO } from "./files.ts";
import { objectsByImage, readAnnotations } from "./read-annotations.ts";
import { readPixels } from "./read-pixels.ts";

/**
 * A data set that `writeFolder` wrote. Pictures are read when they are asked for and not kept. A row without `depth_file`, `normals_file`,
 * `instances_file` or `scene_id` is a picture without that annotation: see `Sample.has`. A picture without boxes is one without objects.
 *
 * @throws VisionRockError as `readAnnotations`; when a sample is read, "bad-file" for pictures that are missing, truncated, to be turned or of
 * too few bits, and "shape" for those of another size.
 */
export async function readFolder(directory: string): Promise<SampleSource> {
  const file = await readAnnotations(join(directory, ANNOTATIONS));
  const pictures = file.pictures === undefined ? directory : join(dirname(resolve(directory)), file.pictures);
  const objects = objectsByImage(file);
  const scenes = new Map(file.scenes.map(({ id }, place) => [id, place]));

  const get = async (index: number): Promise<Sample> => {
    const row = file.images[index];
    if (row === undefined) {
      throw new VisionRockError(
        "out-of-range",
        `There is no sample ${index}; the folder has 0 to ${file.images.length - 1}.`,
      );
    }
    const { id, width, height, camera, depth_file, normals_file, instances_file, scene_id } = row;
    const [rgb, millimetres, bytes, instances] = await Promise.all([
      readPixels(join(pictures, row.file_name), "rgb", width, height),
      depth_file === undefined ? null : readPixels(join(pictures, depth_file), "depth", width, height),
      normals_file === undefined ? null : readPixels(join(pictures, normals_file), "normals", width, height),
      instances_file === undefined
        ? null
        : readPixels(join(pictures, instances_file), "instances", width, height),
    ]);
    const has = {
      detection: instances !== null,
      scene: scene_id !== undefined,
      depth: millimetres !== null,
      normals: bytes !== null,
    };
    const pixels = width * height;
    return {
      id,
      width,
      height,
      camera,
      scene: scene_id === undefined ? -1 : scenes.get(scene_id)!,
      objects: objects.get(id)!,
      rgb: rgb as Uint8Array,
      instances: (instances as Uint8Array) ?? new Uint8Array(pixels),
      depth: Float32Array.from(millimetres ?? new Uint8Array(pixels), (value) => value / MILLIMETRES),
      normals: bytes === null ? new Float32Array(3 * pixels) : normalsOf(bytes as Uint8Array),
      ...(Object.values(has).includes(false) && { has }),
    };
  };
  return {
    classes: file.categories.map(({ name }) => name),
    scenes: file.scenes.map(({ name }) => name),
    length: file.images.length,
    get,
  };
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
