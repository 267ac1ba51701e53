/** A box as COCO stores it: left, top, width, height in pixels, as real numbers; a box that covers exactly one pixel is 1 wide. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** Area of the intersection of two boxes, in square pixels; 0 where they only touch. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  if (width <= 0) return 0;
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  return height <= 0 ? 0 : width * height;
}

/**
 * Intersection over union, |a ∩ b| / (|a| + |b| − |a ∩ b|), from 0 to 1; 0 when both boxes are empty.
 *
 * Real numbers, with no pixel added to widths and heights as VOC's own tools do.
 */
export function boxIou(a: Box, b: Box): number {
  const shared = intersection(a, b);
  return shared === 0 ? 0 : shared / (a[2] * a[3] + b[2] * b[3] - shared);
}
