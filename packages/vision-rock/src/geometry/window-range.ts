/** Smallest and largest known value in the window of every pixel. */
export interface WindowRange {
  readonly least: Float32Array;
  readonly most: Float32Array;
}

/**
 * Smallest and largest value in the (2R + 1)² window around every pixel, which is cut at the edges; zeros are unknown and do not count. Where all is
 * unknown, `least` is Infinity and `most` 0.
 *
 * Cost: O(R) a pixel: rows first, then columns.
 *
 * @param values [height, width], none negative.
 */
export function windowRange(
  values: Float32Array,
  width: number,
  height: number,
  radius: number,
): WindowRange {
  const known = values.map((value) => (value > 0 ? value : Number.POSITIVE_INFINITY));
  const across = (array: Float32Array, pick: (a: number, b: number) => number): Float32Array => {
    const rows = new Float32Array(array.length);
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        const last = Math.min(width - 1, u + radius);
        let found = array[v * width + u]!;
        for (let k = Math.max(0, u - radius); k <= last; k++) found = pick(found, array[v * width + k]!);
        rows[v * width + u] = found;
      }
    }
    const both = rows.slice();
    for (let v = 0; v < height; v++) {
      const last = Math.min(height - 1, v + radius);
      for (let k = Math.max(0, v - radius); k <= last; k++) {
        for (let u = 0; u < width; u++) {
          both[v * width + u] = pick(both[v * width + u]!, rows[k * width + u]!);
        }
      }
    }
    return both;
  };
  return {
    least: across(known, (a, b) => (b < a ? b : a)),
    most: across(values, (a, b) => (b > a ? b : a)),
  };
}
