/** IoU of rows i and j of `boxes`, [n, 4] as x, y, width, height; 0 where they only touch. */
export function rowIou(boxes: Float64Array, i: number, j: number): number {
  const a = 4 * i;
  const b = 4 * j;
  const across =
    Math.min(boxes[a]! + boxes[a + 2]!, boxes[b]! + boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!);
  if (across <= 0) return 0;
  const down =
    Math.min(boxes[a + 1]! + boxes[a + 3]!, boxes[b + 1]! + boxes[b + 3]!) -
    Math.max(boxes[a + 1]!, boxes[b + 1]!);
  if (down <= 0) return 0;
  const shared = across * down;
  return shared / (boxes[a + 2]! * boxes[a + 3]! + boxes[b + 2]! * boxes[b + 3]! - shared);
}
