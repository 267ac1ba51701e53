import type { View } from "../augment/augment.ts";
import { zoomedSurface } from "../augment/zoom-crop.ts";
import type { CompactSample } from "./compact-sample.ts";
import { viewFrame } from "./frame.ts";

/** Metres between which depth is learned. */
const [NEAREST, FARTHEST] = [1e-3, 10] as const;

/** What is seen at one place of a grid: depth 0 and normal (0, 0, 0) where unknown. */
type Visit = (place: number, logDepth: number, known: boolean, normal: Float32Array) => void;

/**
 * Visits the surfaces that a view shows at the middles of an h × w grid, row by row: the natural logarithm of the depth in metres, clamped to
 * [0.001, 10], and the unit normal.
 */
export function visitSurfaces(
  sample: CompactSample,
  view: View,
  grid: { readonly height: number; readonly width: number },
  visit: Visit,
): void {
  const frame = viewFrame(sample, view);
  const columns = frame.columns(grid.width);
  const rows = frame.rows(grid.height);
  const surface = new Float32Array(4);
  const normal = surface.subarray(1);
  for (let v = 0, place = 0; v < grid.height; v++) {
    for (let u = 0; u < grid.width; u++, place++) {
      zoomedSurface(sample, columns[u]!, rows[v]!, frame.scale, surface);
      // 0 − x, not −x: unknown normals stay 0.
      if (view.flipped) normal[0] = 0 - normal[0]!;
      const depth = surface[0]! / 1000;
      const known = depth > 0;
      const clamped = Math.min(FARTHEST, Math.max(NEAREST, depth));
      visit(place, known ? Math.log(clamped) : 0, known, normal);
    }
  }
}

/** About the middle and the spread of ln(depth) in rooms: what true depth is standardised by where a model reads it. */
const [MIDDLE, SPREAD] = [1, 0.5] as const;

/** Channels that {@link writeGeometry} writes. */
export const GEOMETRY_CHANNELS = 4;

/**
 * Writes true geometry as inputs, to every `stride` numbers of `out` from `at` on: (ln(depth) − 1)/0.5 and the three parts of the normal; 0 where they
 * are unknown or the sample has none.
 */
export function writeGeometry(
  sample: CompactSample,
  view: View,
  out: Float32Array,
  at: number,
  stride: number,
): void {
  const { has } = sample;
  visitSurfaces(sample, view, sample, (place, logDepth, known, normal) => {
    const to = at + place * stride;
    if (has.depth && known) out[to] = (logDepth - MIDDLE) / SPREAD;
    if (has.normals) out.set(normal, to + 1);
  });
}
