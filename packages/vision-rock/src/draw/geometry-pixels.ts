import { type Rgb, viridis } from "./colours.ts";

/** What stands where nothing is known. */
const UNKNOWN: Rgb = [128, 128, 128];

/** A map of the network, of its own size. */
export interface GeometryMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** Metres between which colours are spread. */
export interface DepthRange {
  readonly near: number;
  readonly far: number;
}

/** The smallest and the largest known depth in metres; both 0 when none is known. */
export function depthRange(depth: ArrayLike<number>): DepthRange {
  let [near, far] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < depth.length; i++) {
    const z = depth[i]!;
    if (!(z > 0 && Number.isFinite(z))) continue;
    near = Math.min(near, z);
    far = Math.max(far, z);
  }
  return { near: Math.min(near, far), far };
}

/** Where a depth stands between near (1, yellow) and far (0, blue), by its logarithm, as the loss measures it. */
export const depthShare = (z: number, near: number, far: number): number =>
  far > near ? 1 - Math.log(z / near) / Math.log(far / near) : 1;

/**
 * Depth as colours, RGB bytes: near is yellow, far is dark blue, grey is unknown.
 *
 * @param depth metres; 0, negative or not finite where unknown
 */
export function depthPixels(
  depth: ArrayLike<number>,
  { near, far }: DepthRange = depthRange(depth),
): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(3 * depth.length);
  for (let i = 0; i < depth.length; i++) {
    const z = depth[i]!;
    const known = z > 0 && Number.isFinite(z);
    pixels.set(known ? viridis(depthShare(z, near, far)) : UNKNOWN, 3 * i);
  }
  return pixels;
}

/**
 * Normals as colours, RGB bytes: red grows to the right, green upwards, blue towards the camera; a wall that faces it is (128, 128, 255). Grey is unknown.
 *
 * @param normals unit vectors, x right, y down, z forward; 0 where unknown
 */
export function normalPixels(normals: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(normals.length);
  for (let i = 0; i < normals.length; i++) {
    const n = normals[i]!;
    pixels[i] = Math.round(127.5 * (1 + (i % 3 === 0 ? n : -n)));
  }
  return pixels;
}
