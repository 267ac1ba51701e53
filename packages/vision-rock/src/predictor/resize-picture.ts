interface Size {
  readonly width: number;
  readonly height: number;
}

/** Which places of a line a place of the new one reads, and with which weights, which sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Means over what a place covers where the line becomes shorter, else between the two places around its middle. */
function taps(length: number, wanted: number): Taps[] {
  const ratio = length / wanted;
  return Array.from({ length: wanted }, (_, i): Taps => {
    if (ratio > 1) {
      const [from, to] = [i * ratio, (i + 1) * ratio];
      const first = Math.floor(from);
      const end = Math.min(length, Math.ceil(to));
      const weights = Array.from(
        { length: end - first },
        (_, k) => (Math.min(first + k + 1, to) - Math.max(first + k, from)) / ratio,
      );
      return { first, weights };
    }
    const middle = Math.min(length - 1, Math.max(0, (i + 0.5) * ratio - 0.5));
    const first = Math.min(Math.floor(middle), Math.max(0, length - 2));
    return length === 1
      ? { first: 0, weights: [1] }
      : { first, weights: [1 - middle + first, middle - first] };
  });
}

/**
 * A picture of another size, stretched where the sides are in another proportion. A side that becomes shorter is averaged over what each pixel covers,
 * one that becomes longer is interpolated between neighbours. The same code in Node and in a page, so both see the same bytes.
 *
 * @param rgb [height, width, 3] bytes
 * Cost: O(width · height) for the larger picture.
 */
export function resizePicture(rgb: Uint8Array, from: Size, to: Size): Uint8Array {
  if (from.width === to.width && from.height === to.height) return rgb;
  const columns = taps(from.width, to.width);
  const rows = taps(from.height, to.height);
  const line = 3 * from.width;
  const across = new Float32Array(3 * to.width * from.height);
  for (let v = 0, at = 0; v < from.height; v++) {
    for (const { first, weights } of columns) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * rgb[v * line + 3 * (first + k) + c]!;
        across[at++] = sum;
      }
    }
  }
  const wide = 3 * to.width;
  const resized = new Uint8Array(wide * to.height);
  rows.forEach(({ first, weights }, v) => {
    for (let x = 0; x < wide; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * across[(first + k) * wide + x]!;
      resized[v * wide + x] = Math.round(sum);
    }
  });
  return resized;
}
