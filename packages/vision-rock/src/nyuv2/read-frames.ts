import type { Dataset } from "h5wasm/node";
import { VisionRockError } from "../error.ts";
import type { Hdf5Library } from "./hdf5.ts";

export type Pixels = Uint8Array | Uint16Array | Float32Array;

const ARRAYS: Readonly<Record<string, new (buffer: ArrayBuffer) => Pixels>> = {
  "<B": Uint8Array,
  "<H": Uint16Array,
  "<f": Float32Array,
};

/**
 * Frames from `start` up to `stop` of an array whose first axis is the frame.
 *
 * h5wasm's own `slice` does not look at what HDF5 answers: of a damaged chunk it returns whatever was in memory. So this calls HDF5 itself.
 *
 * @throws VisionRockError "bad-file" where HDF5 cannot unpack a chunk.
 */
export function readFrames(library: Hdf5Library, dataset: Dataset, start: number, stop: number): Pixels {
  const sides = dataset.shape!.slice(1);
  const count = [stop - start, ...sides];
  const bytes = count.reduce((product, side) => product * side, dataset.metadata.size);
  const at = library["_malloc"](bytes);
  if (at === 0) {
    throw new VisionRockError(
      "bad-file",
      `${dataset.path} needs ${bytes} bytes at once; there is not so much memory.`,
    );
  }
  try {
    const status = library.get_dataset_data(
      dataset.file_id,
      dataset.path,
      count.map(BigInt),
      [start, ...sides.map(() => 0)].map(BigInt),
      count.map(() => 1n),
      BigInt(at),
    );
    if (status < 0) {
      throw new VisionRockError(
        "bad-file",
        `${dataset.path} is damaged in the frames ${start + 1} to ${stop}: HDF5 cannot unpack them. Download the file again.`,
        { variable: dataset.path, frames: [start + 1, stop] },
      );
    }
    return new ARRAYS[dataset.dtype as string]!(library.HEAPU8.slice(at, at + bytes).buffer as ArrayBuffer);
  } finally {
    library["_free"](at);
  }
}
