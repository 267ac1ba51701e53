import { basename, extname, join } from "node:path";
import { replaceFile } from "@outrigger/core/train/disk";
import { drawSheet, type SheetOptions } from "../draw/sheet.ts";
import { VisionRockError } from "../error.ts";
import { type Picture, readPicture } from "../folder/read-picture.ts";
import type { Detector, Found } from "../predictor/detector.ts";

export interface DetectSetting {
  readonly detector: Detector;
  /** Where PNG files are written; null for none. */
  readonly out: string | null;
  /** Boxes of less are neither listed nor drawn. */
  readonly score: number;
  readonly iou: number;
  /** Draw what the detector says of the geometry beside the boxes. */
  readonly depth: boolean;
  readonly normals: boolean;
}

/** What was found in a picture. Plain JSON. */
export interface DetectedPicture {
  readonly file: string;
  /** As it is shown, after the turn that its EXIF tag asks for. */
  readonly width: number;
  readonly height: number;
  readonly objects: readonly {
    readonly name: string;
    readonly score: number;
    /** Left, top, width, height in pixels. */
    readonly box: readonly number[];
  }[];
  readonly scene?: { readonly name: string; readonly probability: number };
  /** The PNG that shows it. */
  readonly drawn?: string;
}

const digits = (value: number, places: number): number => Number(value.toFixed(places));

/**
 * Finds the objects of a picture file, and draws them beside it.
 *
 * @throws VisionRockError "bad-file" for a file that is no picture, "bad-option" for depth or normals asked of a detector that has not learned them.
 */
export async function detectFile(file: string, setting: DetectSetting): Promise<DetectedPicture> {
  const { detector, out, score, iou } = setting;
  const picture = await readPicture(file);
  const found = await detector.detect(picture, { score, iou });
  for (const kind of ["depth", "normals"] as const)
    if (setting[kind] && found[kind] === undefined)
      throw new VisionRockError(
        "bad-option",
        `The detector was trained without ${kind}: leave --${kind} out, or train with --tasks ${kind}.`,
      );
  const scene = sceneOf(found, detector.record.scenes);
  const drawn = out === null ? undefined : join(out, `${basename(file, extname(file))}.detected.png`);
  if (drawn !== undefined) replaceFile(drawn, [await drawSheet(sheetOf(picture, found, setting, scene))]);
  return {
    file,
    width: picture.width,
    height: picture.height,
    objects: found.objects.map(({ name, score: sure, box }) => ({
      name,
      score: digits(sure, 4),
      box: box.map((value) => digits(value, 2)),
    })),
    ...(scene && { scene }),
    ...(drawn !== undefined && { drawn }),
  };
}

function sceneOf({ scene }: Found, names: readonly string[]): DetectedPicture["scene"] {
  if (scene === undefined) return undefined;
  const best = scene.indexOf(Math.max(...scene));
  return { name: names[best]!, probability: digits(scene[best]!, 4) };
}

const sheetOf = (
  picture: Picture,
  { objects, depth, normals }: Found,
  setting: DetectSetting,
  scene: DetectedPicture["scene"],
): SheetOptions => ({
  ...picture,
  boxes: objects,
  classes: setting.detector.record.classes,
  ...(scene && { caption: `${scene.name}, ${Math.round(100 * scene.probability)} %` }),
  ...(setting.depth && depth && { depth }),
  ...(setting.normals && normals && { normals }),
});
