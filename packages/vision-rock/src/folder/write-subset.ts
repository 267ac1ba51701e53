import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VisionRockError } from "../error.ts";
import { ANNOTATIONS, type AnnotationFile } from "./files.ts";

/**
 * A folder of some samples of another that lies beside it: a file of annotations alone, whose field `pictures` is the other folder's name. `readFolder`
 * reads it; COCO tools do with the other folder as the place of the pictures. It breaks when one of both is moved without the other.
 *
 * @param ids which images, in which order.
 * @throws VisionRockError "unknown-image", and "bad-option" for folders that do not lie side by side: file names that lead out of a folder are never read.
 */
export async function writeSubset(from: string, to: string, ids: readonly number[]): Promise<void> {
  const file = JSON.parse(await readFile(join(from, ANNOTATIONS), "utf8")) as AnnotationFile;
  if (dirname(resolve(from)) !== dirname(resolve(to))) {
    throw new VisionRockError("bad-option", `${to} must lie beside ${from}, whose pictures it shares.`);
  }
  const rows = new Map(file.images.map((row) => [row.id, row]));
  const images = ids.map((id) => {
    const row = rows.get(id);
    if (row !== undefined) return row;
    throw new VisionRockError("unknown-image", `${from} has no image ${id}.`, { image_id: id });
  });
  const chosen = new Set(ids);
  const annotations = file.annotations.filter(({ image_id }) => chosen.has(image_id));
  await mkdir(to, { recursive: true });
  await writeFile(
    join(to, ANNOTATIONS),
    `${JSON.stringify({ ...file, pictures: file.pictures ?? basename(resolve(from)), images, annotations })}\n`,
  );
}
