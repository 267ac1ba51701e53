import type { View } from "../augment/augment.ts";
import type { CompactSample } from "./compact-sample.ts";
import { viewFrame } from "./frame.ts";
import { STANDARD } from "./standardize.ts";

const clampTo = (value: number, last: number): number => (value < 0 ? 0 : value > last ? last : value);

/**
 * Writes the colours that a view shows, standardised, to every `stride` numbers of `out` from `at` on: as `standardize` gives them for the augmented
 * sample, but that nothing is rounded to bytes in between.
 *
 * Cost: two passes over the picture.
 */
export function writePicture(
  sample: CompactSample,
  view: View,
  out: Float32Array,
  at: number,
  stride: number,
): void {
  const lifted = writeColours(sample, view, out, at, stride);
  const { own = 1, next = 0, last = 0, lift = 0 } = view.colours ?? {};
  const rise = lift * lifted;
  const [red, green, blue] = STANDARD as [(typeof STANDARD)[0], (typeof STANDARD)[0], (typeof STANDARD)[0]];
  const end = at + sample.width * sample.height * stride;
  for (let i = at; i < end; i += stride) {
    const r = out[i]!;
    const g = out[i + 1]!;
    const b = out[i + 2]!;
    out[i] = red.factor * clampTo(own * r + next * g + last * b + rise, 255) + red.offset;
    out[i + 1] = green.factor * clampTo(own * g + next * b + last * r + rise, 255) + green.offset;
    out[i + 2] = blue.factor * clampTo(own * b + next * r + last * g + rise, 255) + blue.offset;
  }
}

/** Colours from 0 to 255, between the four pixels around each place; returns their mean. */
function writeColours(
  sample: CompactSample,
  view: View,
  out: Float32Array,
  at: number,
  stride: number,
): number {
  const { width, height, rgb } = sample;
  const frame = viewFrame(sample, view);
  const columns = frame.columns(width);
  const rows = frame.rows(height);
  const left = Int32Array.from(columns, (column) => 3 * clampTo(Math.floor(column), width - 1));
  const right = Int32Array.from(columns, (column) => 3 * clampTo(Math.floor(column) + 1, width - 1));
  const share = Float64Array.from(columns, (column) => column - Math.floor(column));
  let sum = 0;
  let to = at;
  for (let v = 0; v < height; v++) {
    const row = rows[v]!;
    const above = 3 * width * clampTo(Math.floor(row), height - 1);
    const below = 3 * width * clampTo(Math.floor(row) + 1, height - 1);
    const b = row - Math.floor(row);
    for (let u = 0; u < width; u++, to += stride) {
      const a = share[u]!;
      const l = left[u]!;
      const r = right[u]!;
      for (let c = 0; c < 3; c++) {
        const upper = (1 - a) * rgb[above + l + c]! + a * rgb[above + r + c]!;
        const lower = (1 - a) * rgb[below + l + c]! + a * rgb[below + r + c]!;
        const value = (1 - b) * upper + b * lower;
        out[to + c] = value;
        sum += value;
      }
    }
  }
  return sum / (3 * width * height);
}
