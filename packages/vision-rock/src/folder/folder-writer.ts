import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { VisionRockError } from "../error.ts";
import { annotated, type Sample, type SampleSource } from "../sample.ts";
import { checkBox } from "./check-box.ts";
import {
  ANNOTATIONS,
  type AnnotationFile,
  type AnnotationRow,
  fileOf,
  type ImageRow,
  KINDS,
} from "./files.ts";
import { writePictures } from "./write-pictures.ts";

/** Rows of the samples whose pictures are all written; it exists until the folder is complete. */
const UNFINISHED = "unfinished.jsonl";

interface Row {
  readonly image: ImageRow;
  readonly annotations: readonly Omit<AnnotationRow, "id">[];
}

/** Writes samples one by one in any order, and the file of annotations at the end. */
export interface FolderWriter {
  /** Whether the sample of this id is written, here or before a stop. */
  has(id: number): boolean;
  /** Writes the pictures of a sample and notes its rows. @throws VisionRockError "duplicate-id" */
  add(sample: Sample): Promise<void>;
  /** Writes the file of annotations, with the images in this order. @returns how many boxes there are. */
  finish(ids: readonly number[]): Promise<number>;
}

/**
 * Opens a folder for writing. If an unfinished folder is there that was opened with the same `contents`, what it has is kept; else the
 * samples are written anew.
 *
 * @param contents what is written, as a text that changes whenever a sample would come out otherwise (a source and its options).
 */
export async function folderWriter(
  directory: string,
  { classes, scenes }: Pick<SampleSource, "classes" | "scenes">,
  contents: string,
): Promise<FolderWriter> {
  for (const kind of KINDS) await mkdir(join(directory, kind), { recursive: true });
  const path = join(directory, UNFINISHED);
  const rows = await unfinishedRows(path, contents);
  if (rows.size === 0) {
    // The old file would speak of pictures that are about to change.
    await rm(join(directory, ANNOTATIONS), { force: true });
    await writeFile(path, `${JSON.stringify({ contents })}\n`);
  }
  return {
    has: (id) => rows.has(id),
    async add(sample) {
      const { id } = sample;
      if (rows.has(id)) throw new VisionRockError("duplicate-id", `Two samples have the id ${id}.`, { id });
      const row = rowOf(sample);
      await writePictures(directory, sample);
      rows.set(id, row);
      await appendFile(path, `${JSON.stringify(row)}\n`);
    },
    async finish(ids) {
      const chosen = ids.map((id) => rows.get(id)!);
      const named = (names: readonly string[]) => names.map((name, i) => ({ id: i + 1, name }));
      const file: AnnotationFile = {
        images: chosen.map(({ image }) => image),
        categories: named(classes),
        scenes: named(scenes),
        annotations: chosen
          .flatMap(({ annotations }) => annotations)
          .map((row, i) => ({ id: i + 1, ...row })),
      };
      await writeFile(join(directory, ANNOTATIONS), `${JSON.stringify(file)}\n`);
      await rm(path);
      return file.annotations.length;
    },
  };
}

/** What was finished before a stop; a line that was cut off in the middle, and all of another source, do not count. */
async function unfinishedRows(path: string, contents: string): Promise<Map<number, Row>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").slice(0, -1);
  const [first, ...rest] = lines;
  if (first !== JSON.stringify({ contents })) return new Map();
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return new Map(rest.map((line) => JSON.parse(line) as Row).map((row) => [row.image.id, row]));
}

function rowOf(sample: Sample): Row {
  const { id, width, height, scene, camera, objects } = sample;
  const has = annotated(sample);
  const image: ImageRow = {
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
  const annotations = objects.map(({ category, box, area, amodal }, i) => {
    checkBox(box, width, height, `Box ${i} of sample ${id}`);
    return {
      image_id: id,
      category_id: category + 1,
      bbox: box,
      area,
      iscrowd: 0 as const,
      instance: i + 1,
      amodal_bbox: amodal,
    };
  });
  return { image, annotations: has.detection ? annotations : [] };
}
