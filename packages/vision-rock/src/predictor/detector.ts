import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { type Compiled, type CompileOptions, compile } from "@outrigger/core/graph/compile";
import type { Params } from "@outrigger/core/train/model";
import { standardize } from "../batch/standardize.ts";
import { type DetectedObject, type DetectOptions, detections } from "../detector/detect.ts";
import type { GeometryMap } from "../draw/geometry-pixels.ts";
import { VisionRockError } from "../error.ts";
import type { Picture } from "../folder/read-picture.ts";
import { AUXILIARIES } from "../rock/auxiliary.ts";
import type { Network } from "../train/network.ts";
import { depthMap, normalsMap, probabilities } from "./read-maps.ts";
import type { DetectorRecord } from "./record.ts";
import { resizePicture } from "./resize-picture.ts";

/** An object that was found, with the name of its class. */
export interface FoundObject extends DetectedObject {
  readonly name: string;
}

/** What a detector says of a picture. What it was not trained for is absent. */
export interface Found {
  /** The most probable first; boxes in pixels of the picture. */
  readonly objects: readonly FoundObject[];
  /** Probabilities by scene, which sum to 1. */
  readonly scene?: Float32Array;
  /** Metres along the viewing direction, for the field of view that it was trained with. */
  readonly depth?: GeometryMap;
  /** Unit vectors: x right, y down, z forward. */
  readonly normals?: GeometryMap;
}

/** A trained detector. */
export interface Detector {
  readonly record: DetectorRecord;
  /**
   * Pictures of any size are stretched to the detector's, and boxes back to the picture.
   *
   * @throws VisionRockError "shape" for a picture whose bytes are not 3 · width · height, "bad-option" as `detections`.
   */
  detect(picture: Picture, options?: DetectOptions): Promise<Found>;
  /** The same of many pictures, in their order; `batch` of them at a time. */
  detectAll(pictures: readonly Picture[], options?: DetectOptions): Promise<Found[]>;
  dispose(): Promise<void>;
}

export interface DetectorParts {
  readonly record: DetectorRecord;
  readonly network: Pick<Network, "model" | "priors">;
  readonly params: Params;
  /** Where it runs; default: as core chooses. In a page: `{ runtime: "tfjs", device: "cpu" }`. */
  readonly run?: CompileOptions;
  /** Pictures that go through the network at a time; default 1. Fewer are padded. */
  readonly batch?: number;
}

/**
 * Puts a detector together from what its folder holds; the same in Node and in a page.
 *
 * @throws VisionRockError "bad-option" for a network that reads true depth and normals, which a picture does not have
 */
export function makeDetector({ record, network, params, run, batch = 1 }: DetectorParts): Detector {
  const { width, height, auxiliaries, geometryInputs } = record.configuration;
  if (geometryInputs)
    throw new VisionRockError(
      "bad-option",
      "This network reads true depth and normals beside the picture, so it detects in no picture alone. Train one without geometryInputs.",
    );
  const { model, priors } = network;
  const compiled: Compiled = compile(
    ((tensors: never, inputs: never) => model.apply(tensors, { inputs }, { training: false })) as never,
    run,
  );
  const numbers = 3 * width * height;

  async function together(pictures: readonly Picture[], options: DetectOptions): Promise<Found[]> {
    const inputs = new Float32Array(batch * numbers);
    for (const [i, picture] of pictures.entries())
      inputs.set(standardize(resizePicture(picture.rgb, picture, { width, height })), i * numbers);
    const fed = array(inputs, [batch, height, width, 3]);
    const outputs = (await compiled(params as Tree<NDArray>, fed)) as Record<string, NDArray>;
    const { detection } = outputs;
    // A block may have heads that were never taught.
    const [scene, depth, normals] = AUXILIARIES.map((task) => auxiliaries.includes(task) && outputs[task]);
    const objects = detections(detection!, priors, options, pictures);
    return pictures.map((_, i) => ({
      objects: objects[i]!.map((object) => ({ ...object, name: record.classes[object.category]! })),
      ...(scene && { scene: probabilities(scene, i) }),
      ...(depth && { depth: depthMap(depth, i) }),
      ...(normals && { normals: normalsMap(normals, i) }),
    }));
  }

  async function detectAll(pictures: readonly Picture[], options: DetectOptions = {}): Promise<Found[]> {
    pictures.forEach(requirePicture);
    const found: Found[] = [];
    for (let start = 0; start < pictures.length; start += batch)
      found.push(...(await together(pictures.slice(start, start + batch), options)));
    return found;
  }

  return {
    record,
    detectAll,
    detect: async (picture, options) => (await detectAll([picture], options))[0]!,
    dispose: () => compiled.dispose(),
  };
}

function requirePicture({ rgb, width, height }: Picture): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && rgb.length === 3 * width * height)
    return;
  throw new VisionRockError(
    "shape",
    `A picture of ${width} × ${height} has ${3 * width * height} bytes of red, green and blue, not ${rgb.length}. Is there a channel of transparency?`,
    { width, height, bytes: rgb.length },
  );
}
