import type { Dataset } from "h5wasm/node";
import type { Pixels } from "./read-frames.ts";

/** A block of more bytes is split, though its chunks are then unpacked more than once. */
const LARGEST = 2 ** 28;

/**
 * Reads single frames of an array whose first axis is the frame.
 *
 * HDF5 unpacks whole chunks. MATLAB chooses them, and one may hold a piece of many frames, so that frame after frame would unpack each of them many
 * times (1.1 s a frame with 32 in a chunk). So the frames that share chunks are read at once and kept until another block is asked for: go through
 * the frames in order.
 *
 * @param read gives the frames from `start` up to `stop`.
 * @param largest bytes of a block at most, one frame at least.
 */
export function frameReader(
  { shape, metadata }: Pick<Dataset, "shape" | "metadata">,
  read: (start: number, stop: number) => Pixels,
  largest: number = LARGEST,
): (frame: number) => Pixels {
  const [frames = 0, ...sides] = shape!;
  const size = sides.reduce((product, side) => product * side, 1);
  const fitting = Math.max(1, Math.floor(largest / (size * metadata.size)));
  const length = Math.min(metadata.chunks?.[0] ?? 1, fitting);
  let first = Number.NaN;
  let block: Pixels = new Uint8Array(0);
  return (frame) => {
    const start = frame - (frame % length);
    if (start !== first) {
      // Let go of the old block before the new one is there.
      block = new Uint8Array(0);
      block = read(start, Math.min(frames, start + length));
      first = start;
    }
    return block.subarray((frame - start) * size, (frame - start + 1) * size);
  };
}
