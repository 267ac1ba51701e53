import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { VisionRockError } from "../error.ts";
import { ANNOTATIONS, type AnnotationFile, type ImageRow } from "./files.ts";

/**
 * A folder of some samples of another: a file of annotations alone, whose file names lead to the pictures of the other folder. `readFolder` and COCO
 * tools read it; it breaks when one of both is moved without the other.
 *
 * @param ids which images, in which order.
 * @throws VisionRockError "unknown-image".
 */
export async function writeSubset(from: string, to: string, ids: readonly number[]): Promise<void> {
  const file = JSON.parse(await readFile(join(from, ANNOTATIONS), "utf8")) as AnnotationFile;
  const prefix = relative(to, from).split(sep).join("/");
  const rows = new Map(file.images.map((row) => [row.id, moved(row, prefix)]));
  const images = ids.map((id) => {
    const row = rows.get(id);
    if (row !== undefined) return row;
    throw new VisionRockError("unknown-image", `${from} has no image ${id}.`, { image_id: id });
  });
  const chosen = new Set(ids);
  const annotations = file.annotations.filter(({ image_id }) => chosen.has(image_id));
  await mkdir(to, { recursive: true });
  await writeFile(join(to, ANNOTATIONS), `${JSON.stringify({ ...file, images, annotations })}\n`);
}

function moved(row: ImageRow, prefix: string): ImageRow {
  const { file_name, depth_file, normals_file, instances_file } = row;
  return {
    ...row,
    file_name: `${prefix}/${file_name}`,
    ...(depth_file !== undefined && { depth_file: `${prefix}/${depth_file}` }),
    ...(normals_file !== undefined && { normals_file: `${prefix}/${normals_file}` }),
    ...(instances_file !== undefined && { instances_file: `${prefix}/${instances_file}` }),
  };
}
