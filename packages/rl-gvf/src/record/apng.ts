import { crc32, deflateSync } from "node:zlib";
import { type Animation, type AnimationOptions, type FrameWriter, frames } from "./frames.ts";
import type { Picture } from "./picture.ts";

/**
 * An endless animated PNG, one frame a picture, every colour exact; programs that do not know animations show the first frame. Pictures
 * are taken to be opaque. Every line is written as its difference from the one above (filter 2), which is 0 inside a cell.
 *
 * W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", 2025, https://www.w3.org/TR/png-3/. Written
 * here on zlib, which is most of it.
 *
 * Frames are compressed as they come, so that memory grows with the file only.
 *
 * @param options.fps frames a second, rounded to hundredths, default 15.
 * @throws RlGvfError `bad-option` unless 0 < fps ≤ 100. Cost: O(pixels) a frame.
 */
export const apng = (options: AnimationOptions = {}): Animation => frames(options, writer);

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Bits a colour, red-green-blue, and the only compression, filtering and order that suit. */
const FORMAT = Uint8Array.of(8, 2, 0, 0, 0);

function writer(fps: number): FrameWriter {
  const chunks: Buffer[] = [];
  let size: Buffer | undefined;
  let count = 0;
  // Frame controls and the data of later frames are numbered through.
  let sequence = 0;
  return {
    write({ width, height, rgba }) {
      size ??= whole(width, height);
      const delay = Buffer.alloc(6);
      delay.writeUInt16BE(100, 0);
      delay.writeUInt16BE(Math.max(1, Math.round(100 * fps)), 2);
      chunks.push(chunk("fcTL", whole(sequence++), size, whole(0, 0), delay));
      const data = deflateSync(filtered({ width, height, rgba }));
      chunks.push(count++ === 0 ? chunk("IDAT", data) : chunk("fdAT", whole(sequence++), data));
    },
    finish: () =>
      Buffer.concat([
        SIGNATURE,
        chunk("IHDR", size!, FORMAT),
        chunk("acTL", whole(count, 0)),
        ...chunks,
        chunk("IEND"),
      ]),
  };
}

/** Lines of red, green and blue, each after the number of its filter. */
function filtered({ width, height, rgba }: Picture): Uint8Array {
  const line = 1 + 3 * width;
  const out = new Uint8Array(line * height);
  for (let y = 0; y < height; y++) {
    out[y * line] = 2;
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      const to = y * line + 1 + 3 * x;
      for (let c = 0; c < 3; c++) {
        out[to + c] = rgba[from + c]! - (y > 0 ? rgba[from - 4 * width + c]! : 0);
      }
    }
  }
  return out;
}

function whole(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function chunk(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  return Buffer.concat([whole(body.length - 4), body, whole(crc32(body))]);
}
