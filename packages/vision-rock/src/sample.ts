import type { Box } from "./box.ts";
import type { Intrinsics } from "./camera.ts";

/** One object of a picture. */
export interface SampleObject {
  /** Place in the list of classes. */
  readonly category: number;
  /** Bounds of what is seen of it. */
  readonly box: Box;
  /** Pixels that show it. */
  readonly area: number;
  /** Bounds within the picture of what would be seen if nothing stood before it. */
  readonly amodal: Box;
}

/** Which annotations a sample carries. A picture without objects that somebody looked at has `detection`, and no objects. */
export interface Annotated {
  readonly detection: boolean;
  readonly scene: boolean;
  readonly depth: boolean;
  readonly normals: boolean;
}

/** A picture with the labels of the primary task (boxes) and of the auxiliaries (scene, depth, normals). Arrays are row-major. */
export interface Sample {
  /** Tells samples of a data set apart. */
  readonly id: number;
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], sRGB bytes. */
  readonly rgb: Uint8Array;
  /** [height, width], metres along the viewing direction (z, not the length of the ray); 0 where it is unknown. */
  readonly depth: Float32Array;
  /** [height, width, 3], unit vectors towards the camera: x right, y down, z forward (so z is mostly negative); 0 where unknown. */
  readonly normals: Float32Array;
  /** [height, width]: 1 + the place in `objects`, 0 where there is no object. */
  readonly instances: Uint8Array;
  readonly objects: readonly SampleObject[];
  /** Place in the list of scene classes; −1 where it is not annotated. */
  readonly scene: number;
  readonly camera: Intrinsics;
  /** Absent: all. Arrays of what is missing are 0 throughout, and `objects` is empty. */
  readonly has?: Annotated;
}

/** What a sample carries: its `has`, or all. */
export const annotated = (sample: Pick<Sample, "has">): Annotated => sample.has ?? ALL;

const ALL: Annotated = { detection: true, scene: true, depth: true, normals: true };

/** A data set whose samples are made or read when they are asked for. */
export interface SampleSource {
  /** Names by `category` and by `scene`. */
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
  readonly length: number;
  /** Sample `index`, from 0 to length − 1. It may be shared with other callers: do not write into it. */
  get(index: number): Promise<Sample>;
}
