import { VisionRockError } from "../error.ts";
import { type Annotated, annotated, type Sample, type SampleObject, type SampleSource } from "../sample.ts";
import { shrink } from "./shrink.ts";

/** A sample as it lies in memory while a model is trained: 9 bytes a pixel. */
export interface CompactSample
  extends Pick<Sample, "id" | "width" | "height" | "rgb" | "instances" | "scene" | "camera"> {
  /** [height, width], millimetres; 0 where it is unknown. */
  readonly depth: Uint16Array;
  /** [height, width, 3], in 127ths; 0 where unknown. */
  readonly normals: Int8Array;
  readonly objects: readonly SampleObject[];
  readonly has: Annotated;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const FARTHEST = 65_535;

/**
 * A sample in 9 bytes a pixel: depth in whole millimetres, normals in 127ths (an error below half a degree).
 *
 * Depth that is NaN, negative or above 65.535 m becomes unknown, as does a normal that is not finite.
 *
 * @param size of the pictures to train on. Larger pictures are made smaller: colours are averaged, everything else is taken from the nearest pixel, and
 * boxes are scaled. Default: the sample's own.
 * @throws VisionRockError "shape" for arrays that do not fit the picture, or for a picture that is smaller than `size`
 */
export function compactSample(sample: Sample, size: PictureSize = sample): CompactSample {
  requireShapes(sample);
  const shrunk = shrink(sample, size);
  const { id, width, height, rgb, instances, objects, scene, camera } = shrunk;
  return {
    id,
    width,
    height,
    rgb,
    instances,
    objects,
    scene,
    camera,
    has: annotated(sample),
    depth: Uint16Array.from(shrunk.depth, (z) => {
      const millimetres = Math.round(1000 * z);
      return millimetres > 0 && millimetres <= FARTHEST ? millimetres : 0;
    }),
    normals: Int8Array.from(shrunk.normals, (n) => (Number.isFinite(n) ? Math.round(127 * n) : 0)),
  };
}

function requireShapes({ id, width, height, rgb, depth, normals, instances }: Sample): void {
  const pixels = width * height;
  for (const [name, length, expected] of [
    ["rgb", rgb.length, 3 * pixels],
    ["depth", depth.length, pixels],
    ["normals", normals.length, 3 * pixels],
    ["instances", instances.length, pixels],
  ] as const) {
    if (length === expected) continue;
    throw new VisionRockError(
      "shape",
      `Sample ${id} is ${width} × ${height}, so its ${name} must have ${expected} values, not ${length}.`,
      { id, name },
    );
  }
}

export interface PreloadOptions {
  /** See {@link compactSample}. */
  readonly size?: PictureSize;
  /** Samples that are asked for at a time; default 8. */
  readonly together?: number;
  readonly onProgress?: (done: number, length: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Reads a whole data set into memory, in its order.
 *
 * @throws what the source throws, what {@link compactSample} throws, and the signal's reason when it is aborted
 *
 * @example
 * const train = await preload(roomSet({ split: "train", count: 600, pool: await renderPool() }));
 */
export async function preload(
  source: Pick<SampleSource, "length" | "get">,
  { size, together = 8, onProgress, signal }: PreloadOptions = {},
): Promise<CompactSample[]> {
  const samples: CompactSample[] = [];
  for (let start = 0; start < source.length; start += together) {
    signal?.throwIfAborted();
    const count = Math.min(together, source.length - start);
    const read = await Promise.all(Array.from({ length: count }, (_, i) => source.get(start + i)));
    for (const sample of read) samples.push(compactSample(sample, size));
    onProgress?.(samples.length, source.length);
  }
  return samples;
}
