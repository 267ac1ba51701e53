/** The rows of every segment: `indices[s·width + j]` is the j-th row of segment s, or the number of rows as padding. */
export interface Table {
  readonly indices: Int32Array;
  readonly width: number;
  readonly counts: Int32Array;
}

/**
 * Inverts segment ids on the host, so that a segment sum becomes a gather and a reduction over a short axis.
 *
 * @param ids segment of every row; ids outside of 0 … segments − 1 are dropped
 * @param segments number of segments
 *
 * Cost: two passes over the ids; memory segments × the largest count.
 */
export function segmentTable(ids: Int32Array, segments: number): Table {
  const counts = new Int32Array(segments);
  for (const id of ids) if (id >= 0 && id < segments) counts[id]!++;
  let width = 1;
  for (const count of counts) if (count > width) width = count;
  const indices = new Int32Array(segments * width).fill(ids.length);
  const filled = new Int32Array(segments);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (id >= 0 && id < segments) indices[id * width + filled[id]!++] = row;
  }
  return { indices, width, counts };
}
