/** Sums over a set of pixels, in this order: 1, u, v, u², u·v, v², w, u·w, v·w. */
export const MOMENTS = 9;

/**
 * Tables from which the moments of any rectangle follow by four look-ups: entry (v, u) has the sums over all rows above v and columns left of u. Pixels
 * with w = 0 do not count.
 *
 * The sums of whole numbers are exact in double precision; those of w are to some 1e-16 of the whole picture's sum.
 *
 * @param w [height, width], none negative. @returns [height + 1, width + 1, MOMENTS].
 */
export function momentTable(w: Float64Array, width: number, height: number): Float64Array {
  const stride = (width + 1) * MOMENTS;
  const table = new Float64Array((height + 1) * stride);
  const row = new Float64Array(MOMENTS);
  for (let v = 0; v < height; v++) {
    row.fill(0);
    for (let u = 0; u < width; u++) {
      const value = w[v * width + u]!;
      if (value > 0) {
        row[0]! += 1;
        row[1]! += u;
        row[2]! += v;
        row[3]! += u * u;
        row[4]! += u * v;
        row[5]! += v * v;
        row[6]! += value;
        row[7]! += u * value;
        row[8]! += v * value;
      }
      const to = (v + 1) * stride + (u + 1) * MOMENTS;
      for (let k = 0; k < MOMENTS; k++) table[to + k] = table[to - stride + k]! + row[k]!;
    }
  }
  return table;
}

/** Columns from `left` up to `right` and rows from `top` up to `bottom`, the last of each left out. */
export type Rectangle = readonly [left: number, right: number, top: number, bottom: number];

/** Moments of a rectangle, into `sums`. */
export function rectangleMoments(
  table: Float64Array,
  width: number,
  [left, right, top, bottom]: Rectangle,
  sums: Float64Array,
): void {
  const at = (v: number, u: number): number => (v * (width + 1) + u) * MOMENTS;
  const [a, b, c, d] = [at(top, left), at(top, right), at(bottom, left), at(bottom, right)];
  for (let k = 0; k < MOMENTS; k++) sums[k] = table[d + k]! - table[b + k]! - table[c + k]! + table[a + k]!;
}

/** The same for those pixels alone whose `z` lies between `least` and `most`, both left out; pixel by pixel. */
export function nearMoments(
  z: Float32Array,
  w: Float64Array,
  width: number,
  [left, right, top, bottom]: Rectangle,
  [least, most]: readonly [number, number],
  sums: Float64Array,
): void {
  let n = 0;
  let su = 0;
  let sv = 0;
  let suu = 0;
  let suv = 0;
  let svv = 0;
  let sw = 0;
  let suw = 0;
  let svw = 0;
  for (let v = top; v < bottom; v++) {
    let count = 0;
    let rowU = 0;
    let rowUu = 0;
    let rowW = 0;
    let rowUw = 0;
    for (let u = left, i = v * width + left; u < right; u++, i++) {
      const depth = z[i]!;
      if (!(depth > least && depth < most)) continue;
      const value = w[i]!;
      count += 1;
      rowU += u;
      rowUu += u * u;
      rowW += value;
      rowUw += u * value;
    }
    n += count;
    su += rowU;
    sv += v * count;
    suu += rowUu;
    suv += v * rowU;
    svv += v * v * count;
    sw += rowW;
    suw += rowUw;
    svw += v * rowW;
  }
  sums[0] = n;
  sums[1] = su;
  sums[2] = sv;
  sums[3] = suu;
  sums[4] = suv;
  sums[5] = svv;
  sums[6] = sw;
  sums[7] = suw;
  sums[8] = svw;
}

/** w ≈ a·u + b·v + c. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** The least-squares fit of w by an affine function of (u, v), or null when the pixels lie on a line. */
export function affineFit(sums: Float64Array): Affine | null {
  const n = sums[0]!;
  const [u, v, w] = [sums[1]! / n, sums[2]! / n, sums[6]! / n];
  const uu = sums[3]! - n * u * u;
  const uv = sums[4]! - n * u * v;
  const vv = sums[5]! - n * v * v;
  const uw = sums[7]! - n * u * w;
  const vw = sums[8]! - n * v * w;
  const determinant = uu * vv - uv * uv;
  if (!(determinant > 1e-6 * uu * vv)) return null;
  const a = (uw * vv - vw * uv) / determinant;
  const b = (vw * uu - uw * uv) / determinant;
  return { a, b, c: w - a * u - b * v };
}
