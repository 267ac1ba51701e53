import { createRequire } from "node:module";
import { type Animation, type AnimationOptions, frames } from "./frames.ts";

/** What is used of gifenc, which has no types of its own. */
interface Gifenc {
  GIFEncoder(): {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { palette: number[][]; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  quantize(rgba: Uint8Array, colors: number): number[][];
  applyPalette(rgba: Uint8Array, palette: number[][]): Uint8Array;
}

// Its entry is CommonJS with a member "default", which Node and bundlers import as two different things.
const require = createRequire(import.meta.url);
const gifenc = require("gifenc") as Gifenc;

/** GIF's tables have at most this many colours. */
const COLORS = 256;

/**
 * An endless GIF animation, one frame a picture, by gifenc. Colours are exact in frames with at most 256 of them, else gifenc chooses
 * 256. GIF counts in hundredths of a second: the delay is rounded to them, and browsers slow down what is below 2.
 *
 * Frames are encoded as they come, so that memory grows with the file only.
 *
 * @param options.fps frames a second, default 15.
 * @throws RlGvfError `bad-option` unless 0 < fps ≤ 100.
 */
export const gif = (options: AnimationOptions = {}): Animation =>
  frames(options, (fps) => {
    const encoder = gifenc.GIFEncoder();
    return {
      write({ width, height, rgba }) {
        const { indices, palette } = indexed(rgba);
        encoder.writeFrame(indices, width, height, { palette, delay: 1000 / fps });
      },
      finish() {
        encoder.finish();
        return encoder.bytes();
      },
    };
  });

function indexed(rgba: Uint8Array): { indices: Uint8Array; palette: number[][] } {
  const pixels = rgba.length / 4;
  const known = new Map<number, number>();
  const palette: number[][] = [];
  const indices = new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [red, green, blue] = [rgba[4 * pixel]!, rgba[4 * pixel + 1]!, rgba[4 * pixel + 2]!];
    const color = (red << 16) | (green << 8) | blue;
    let index = known.get(color);
    if (index === undefined) {
      if (palette.length === COLORS) {
        const chosen = gifenc.quantize(rgba, COLORS);
        return { indices: gifenc.applyPalette(rgba, chosen), palette: chosen };
      }
      index = palette.push([red, green, blue]) - 1;
      known.set(color, index);
    }
    indices[pixel] = index;
  }
  return { indices, palette };
}
