import type { Box } from "../box.ts";
import { VisionRockError, type VisionRockErrorCode } from "../error.ts";

/** An annotated box. Field names are those of COCO's files. */
export interface Annotation {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: Box;
  /** Decides the size bucket; square pixels. COCO's own files give the area of the mask, which is smaller than the box. */
  readonly area: number;
  /** 1: a region with many objects. It may match any number of detections, which then count neither for nor against. */
  readonly iscrowd: 0 | 1;
}

/** What is to be found in a set of images. */
export interface GroundTruth {
  readonly images: readonly { readonly id: number }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly Annotation[];
}

/** A box that a detector reports. */
export interface Detection {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: Box;
  /** Only the order within a category matters. */
  readonly score: number;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Ground truth from a parsed COCO file (`instances_*.json`). Other fields are left out; a missing `iscrowd` is 0.
 *
 * @param options.area where an annotation's area comes from: `"field"` (default) as COCO's tools do, or `"box"`, width times height, for
 * files that have none.
 * @throws VisionRockError "missing-field" and "bad-file" for what is absent or of another type, "bad-box" for a negative size,
 * "duplicate-id", "unknown-image" and "unknown-category". Each names the row.
 */
export function readGroundTruth(
  json: unknown,
  { area = "field" }: { area?: "field" | "box" } = {},
): GroundTruth {
  const file = rowOf(json, "The file");
  const images = list(file, "images").map((row, i) => ({ id: numberOf(row, "id", `images[${i}]`) }));
  const categories = list(file, "categories").map((row, i) => ({
    id: numberOf(row, "id", `categories[${i}]`),
    name: stringOf(row, "name", `categories[${i}]`),
  }));
  const known = { images: idsOf(images, "images"), categories: idsOf(categories, "categories") };
  const annotations = list(file, "annotations").map((row, i): Annotation => {
    const place = `annotations[${i}]`;
    const bbox = boxOf(row, place);
    const iscrowd = row["iscrowd"] ?? 0;
    if (iscrowd !== 0 && iscrowd !== 1) {
      throw wrong("bad-file", `${place}.iscrowd must be 0 or 1, not ${shown(iscrowd)}.`, { row: i });
    }
    const size = area === "box" ? bbox[2] * bbox[3] : areaOf(row, place);
    return { ...placeOf(row, place, known), bbox, area: size, iscrowd };
  });
  return { images, categories, annotations };
}

/**
 * Detections from a parsed COCO results file: a list of `{ image_id, category_id, bbox, score }`.
 *
 * COCO's tools pass over categories that the ground truth has not; here they are an error, since they are a mistake in most cases.
 *
 * @throws VisionRockError as `readGroundTruth`, and "bad-score" for a score that is not finite.
 */
export function readDetections(
  json: unknown,
  truth: Pick<GroundTruth, "images" | "categories">,
): Detection[] {
  if (!Array.isArray(json)) throw wrong("bad-file", "Detections must be a list of boxes, one object each.");
  const known = { images: idsOf(truth.images, "images"), categories: idsOf(truth.categories, "categories") };
  return json.map((value: unknown, i): Detection => {
    const place = `detections[${i}]`;
    const row = rowOf(value, place);
    const score = row["score"];
    if (score === undefined) throw missing("score", place);
    if (typeof score !== "number" || !Number.isFinite(score)) {
      throw wrong("bad-score", `${place}.score must be a finite number, not ${shown(score)}.`, { row: i });
    }
    return { ...placeOf(row, place, known), bbox: boxOf(row, place), score };
  });
}

interface Known {
  readonly images: ReadonlySet<number>;
  readonly categories: ReadonlySet<number>;
}

function placeOf(row: Row, place: string, known: Known): Pick<Annotation, "image_id" | "category_id"> {
  const image = numberOf(row, "image_id", place);
  if (!known.images.has(image)) {
    throw wrong(
      "unknown-image",
      `${place}.image_id is ${image}, which is not among the ${known.images.size} images.`,
      {
        image_id: image,
      },
    );
  }
  const category = numberOf(row, "category_id", place);
  if (!known.categories.has(category)) {
    throw wrong(
      "unknown-category",
      `${place}.category_id is ${category}, which is not among the ${known.categories.size} categories.`,
      { category_id: category },
    );
  }
  return { image_id: image, category_id: category };
}

function boxOf(row: Row, place: string): Box {
  const bbox = row["bbox"];
  if (bbox === undefined) throw missing("bbox", place);
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every((x) => Number.isFinite(x))) {
    throw wrong("bad-box", `${place}.bbox must be four finite numbers, not ${shown(bbox)}.`);
  }
  const [x, y, width, height] = bbox as [number, number, number, number];
  if (width < 0 || height < 0) {
    throw wrong(
      "bad-box",
      `${place}.bbox has a negative size, ${width} by ${height}; COCO boxes are x, y, width, height.`,
    );
  }
  return [x, y, width, height];
}

function areaOf(row: Row, place: string): number {
  const area = row["area"];
  if (area === undefined) {
    throw wrong(
      "missing-field",
      `${place} has no area. Read the file with { area: "box" } to take width times height.`,
    );
  }
  if (typeof area !== "number" || !(area >= 0 && area < Number.POSITIVE_INFINITY)) {
    throw wrong("bad-box", `${place}.area must be a number of at least 0, not ${shown(area)}.`);
  }
  return area;
}

function list(file: Row, field: string): Row[] {
  const rows = file[field];
  if (rows === undefined) throw missing(field, "The file");
  if (!Array.isArray(rows)) throw wrong("bad-file", `${field} must be a list.`);
  return rows.map((row: unknown, i) => rowOf(row, `${field}[${i}]`));
}

function rowOf(value: unknown, place: string): Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Row;
  throw wrong("bad-file", `${place} must be an object, not ${value === null ? "null" : typeof value}.`);
}

function numberOf(row: Row, field: string, place: string): number {
  const value = row[field];
  if (value === undefined) throw missing(field, place);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong("bad-file", `${place}.${field} must be a finite number, not ${shown(value)}.`);
}

function stringOf(row: Row, field: string, place: string): string {
  const value = row[field];
  if (value === undefined) throw missing(field, place);
  if (typeof value === "string") return value;
  throw wrong("bad-file", `${place}.${field} must be a text, not ${shown(value)}.`);
}

function idsOf(rows: readonly { readonly id: number }[], field: string): Set<number> {
  const ids = new Set<number>();
  for (const { id } of rows) {
    if (ids.has(id)) throw wrong("duplicate-id", `${field} has the id ${id} twice.`, { id });
    ids.add(id);
  }
  return ids;
}

/** As JSON, but NaN and infinities by name. */
const shown = (value: unknown): string =>
  typeof value === "number" ? `${value}` : (JSON.stringify(value) ?? "undefined");

const missing = (field: string, place: string): VisionRockError =>
  wrong("missing-field", `${place} has no ${field}.`, { field });

const wrong = (
  code: VisionRockErrorCode,
  message: string,
  details: Record<string, unknown> = {},
): VisionRockError => new VisionRockError(code, message, details);
