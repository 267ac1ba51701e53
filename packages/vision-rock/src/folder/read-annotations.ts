import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { VisionRockError } from "../error.ts";
import { readGroundTruth } from "../evaluate/coco-json.ts";
import type { SampleObject } from "../sample.ts";
import { checkBox } from "./check-box.ts";
import type { AnnotationFile, AnnotationRow, ImageRow } from "./files.ts";

/**
 * A folder's file of annotations, checked row by row.
 *
 * @throws VisionRockError "bad-file" for a missing or broken file, "missing-field", "bad-box" for a box outside its picture, and what
 * `readGroundTruth` throws.
 */
export async function readAnnotations(path: string): Promise<AnnotationFile> {
  const file = (await readJson(path)) as AnnotationFile;
  readGroundTruth(file);
  checkInside(file.pictures, "pictures");
  if (file.pictures !== undefined && !/^[^\\/]+$/.test(file.pictures)) {
    const what = `pictures is ${JSON.stringify(file.pictures)}, but must be the name of a folder beside this one.`;
    throw new VisionRockError("bad-file", what, { field: "pictures" });
  }
  const given: unknown = file.scenes ?? [];
  const isScene = (scene: unknown): boolean =>
    typeof scene === "object" &&
    scene !== null &&
    "id" in scene &&
    "name" in scene &&
    typeof scene.name === "string";
  if (!Array.isArray(given) || !given.every(isScene))
    throw new VisionRockError("bad-file", `${path}: scenes is no list of records with id and name.`, {
      path,
    });
  const scenes = new Set((file.scenes ?? []).map(({ id }) => id));
  for (const [i, row] of file.images.entries()) {
    for (const field of ["file_name", "width", "height", "camera"] as const) {
      if (row[field] === undefined) throw missing(`images[${i}]`, field);
    }
    for (const field of ["file_name", "depth_file", "normals_file", "instances_file"] as const)
      checkInside(row[field], `images[${i}].${field}`);
    if (row.scene_id !== undefined && !scenes.has(row.scene_id)) {
      throw new VisionRockError(
        "unknown-category",
        `images[${i}].scene_id is ${row.scene_id}, which is not among the ${scenes.size} scenes.`,
      );
    }
  }
  const images = new Map(file.images.map((row) => [row.id, row]));
  for (const [i, row] of file.annotations.entries())
    check(row, `annotations[${i}]`, images.get(row.image_id)!);
  return { ...file, scenes: file.scenes ?? [] };
}

/** The objects of every image, in the order of their instances. `categories`: the place of an id in the list. */
export function objectsByImage({
  images,
  categories,
  annotations,
}: AnnotationFile): Map<number, SampleObject[]> {
  const places = new Map(categories.map(({ id }, place) => [id, place]));
  const byImage = new Map<number, SampleObject[]>(images.map(({ id }) => [id, []]));
  const rows = new Map<number, number>();
  for (const { image_id, category_id, bbox, area, amodal_bbox, instance } of annotations) {
    const object = { category: places.get(category_id)!, box: bbox, area, amodal: amodal_bbox ?? bbox };
    byImage.get(image_id)![instance - 1] = object;
    rows.set(image_id, (rows.get(image_id) ?? 0) + 1);
  }
  for (const [id, count] of rows) {
    const objects = byImage.get(id)!;
    // A gap is an index that the array does not have; a number given twice leaves it too short.
    if (objects.length === count && !objects.includes(undefined!)) continue;
    throw new VisionRockError(
      "bad-file",
      `The ${count} annotations of image ${id} must have the instances 1 to ${count}, each once.`,
      { image_id: id },
    );
  }
  return byImage;
}

/** A data set from elsewhere must not make anyone read files outside of its folder. */
function checkInside(name: unknown, place: string): void {
  if (name === undefined) return;
  const inside =
    typeof name === "string" &&
    !isAbsolute(name) &&
    !name.includes("\0") &&
    !name.split(/[\\/]/).includes("..");
  if (inside) return;
  throw new VisionRockError(
    "bad-file",
    `${place} is ${JSON.stringify(name)}, which is no file inside of the folder.`,
    { field: place },
  );
}

function check(row: AnnotationRow, place: string, image: ImageRow): void {
  const { width, height } = image;
  if (image.instances_file === undefined) {
    throw new VisionRockError(
      "missing-field",
      `${place} is a box in image ${image.id}, which has no instances_file: a picture without one counts as not annotated. Was the folder made by writeFolder?`,
      { field: "instances_file" },
    );
  }
  if (row.instance === undefined) throw missing(place, "instance");
  if (!(Number.isInteger(row.instance) && row.instance >= 1 && row.instance <= 255)) {
    throw new VisionRockError("bad-file", `${place}.instance must be 1 to 255, not ${row.instance}.`);
  }
  if (row.iscrowd === 1) {
    throw new VisionRockError(
      "bad-file",
      `${place} is a crowd, which is no object to learn. Leave it out of a folder of samples; the evaluator takes it.`,
    );
  }
  checkBox(row.bbox, width, height, `${place}.bbox`);
  if (row.amodal_bbox !== undefined) checkBox(row.amodal_bbox, width, height, `${place}.amodal_bbox`);
}

const missing = (place: string, field: string): VisionRockError =>
  new VisionRockError("missing-field", `${place} has no ${field}. Was the folder made by writeFolder?`, {
    field,
  });

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
