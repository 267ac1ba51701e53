import type { Box } from "../box.ts";
import type { Intrinsics } from "../camera.ts";
import type { Annotation } from "../evaluate/coco-json.ts";

/** File names of a sample inside a folder, and what a byte of a normal means. */
export const ANNOTATIONS = "annotations.json";
export const KINDS = ["rgb", "depth", "normals", "instances"] as const;
export type Kind = (typeof KINDS)[number];

export const fileOf = (kind: Kind, id: number): string => `${kind}/${String(id).padStart(6, "0")}.png`;

/** One image in the file of annotations: COCO's fields and those of the auxiliaries. A field that may be absent is so where that is not annotated. */
export interface ImageRow {
  readonly id: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  /** Grey PNG of 16 bits, millimetres; 0 where unknown. */
  readonly depth_file?: string;
  /** RGB PNG, (byte − 128) / 127 for x right, y down, z forward; 128, 128, 128 where unknown. */
  readonly normals_file?: string;
  /** Grey PNG: the number `instance` of the annotation, 0 for none. Absent: nobody looked for objects, which is another thing than none. */
  readonly instances_file?: string;
  readonly scene_id?: number;
  readonly camera: Intrinsics;
}

/** One box in the file of annotations. */
export interface AnnotationRow extends Annotation {
  readonly id: number;
  /** The object's number in the picture of instances, from 1 on and without gaps. */
  readonly instance: number;
  /** Bounds with the hidden parts; absent: the box itself. */
  readonly amodal_bbox?: Box;
}

/** The file of annotations. */
export interface AnnotationFile {
  /** The folder beside this one that has the pictures; absent: this one has them. */
  readonly pictures?: string;
  readonly images: readonly ImageRow[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly scenes: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly AnnotationRow[];
}

export const MILLIMETRES = 1000;
export const NORMAL_ZERO = 128;
export const NORMAL_UNIT = 127;
