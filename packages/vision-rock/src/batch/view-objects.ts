import type { View } from "../augment/augment.ts";
import { recount, type ZoomCropOptions } from "../augment/zoom-crop.ts";
import type { Box } from "../box.ts";
import type { SampleObject } from "../sample.ts";
import type { CompactSample } from "./compact-sample.ts";
import { viewFrame } from "./frame.ts";

/** Boxes and categories of the objects that a view shows, in its own pixels; with a window they are counted anew from the instances. */
export function viewObjects(
  sample: CompactSample,
  view: View,
  options: ZoomCropOptions = {},
): readonly Pick<SampleObject, "category" | "box">[] {
  const { width, height } = sample;
  if (view.window === undefined) {
    if (!view.flipped) return sample.objects;
    return sample.objects.map(({ category, box: [x, y, w, h] }) => {
      const box: Box = [width - x - w, y, w, h];
      return { category, box };
    });
  }
  const frame = viewFrame(sample, view);
  const nearest = (place: number, length: number): number =>
    Math.max(0, Math.min(length - 1, Math.round(place)));
  const columns = Int32Array.from(frame.columns(width), (column) => nearest(column, width));
  const rows = Int32Array.from(frame.rows(height), (row) => width * nearest(row, height));
  const instances = new Uint8Array(width * height);
  for (let v = 0, to = 0; v < height; v++) {
    const row = rows[v]!;
    for (let u = 0; u < width; u++) instances[to++] = sample.instances[row + columns[u]!]!;
  }
  return recount(sample, instances, frame.scale, options);
}
