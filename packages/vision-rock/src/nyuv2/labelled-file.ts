import type { Dataset } from "h5wasm/node";
import { VisionRockError } from "../error.ts";
import { cellReader } from "./cells.ts";
import { categoryOfLabel } from "./classes.ts";
import { frameReader } from "./frame-reader.ts";
import type { StoredFrame } from "./frame-sample.ts";
import { openHdf5 } from "./hdf5.ts";
import { checkLayout } from "./layout.ts";
import { readFrames } from "./read-frames.ts";
import { NYU_SCENES } from "./scenes.ts";

/** The labelled file of NYU Depth v2, open for reading. */
export interface LabelledFile {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  /** Category by label. */
  readonly categories: ReadonlyMap<number, number>;
  /** Which place it was taken at (`kitchen_0004`), by frame from 0. */
  readonly places: readonly string[];
  /** Place in NYU_SCENES, by frame from 0. */
  readonly sceneTypes: readonly number[];
  /** Frames from 0; read them in order, see `frameReader`. @throws VisionRockError "bad-file" where the file is damaged. */
  frame(index: number): StoredFrame;
  close(): void;
}

/**
 * Opens `nyu_depth_v2_labeled.mat` and checks what is in it.
 *
 * @throws VisionRockError as `openHdf5`, `checkLayout`, `cellReader` and `categoryOfLabel`, and "unknown-category" for a scene type that is none of
 * the 27.
 */
export async function openLabelledFile(path: string): Promise<LabelledFile> {
  const { file, library } = await openHdf5(path);
  try {
    const layout = checkLayout(file, path);
    const textOf = cellReader(file);
    const reader = (dataset: Dataset) =>
      frameReader(dataset, (start, stop) => readFrames(library, dataset, start, stop));
    const read = {
      images: reader(layout.images),
      depths: reader(layout.depths),
      rawDepths: reader(layout.rawDepths),
      labels: reader(layout.labels),
      instances: reader(layout.instances),
    };
    const { frames, width, height } = layout;
    return {
      frames,
      width,
      height,
      categories: categoryOfLabel(textOf(layout.names)),
      places: textOf(layout.scenes),
      sceneTypes: textOf(layout.sceneTypes).map(sceneOf),
      frame: (index) => ({
        image: read.images(index) as Uint8Array,
        depth: read.depths(index) as Float32Array,
        measured: read.rawDepths(index) as Float32Array,
        labels: read.labels(index) as Uint16Array,
        instances: read.instances(index) as Uint8Array,
      }),
      close: () => {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function sceneOf(name: string, frame: number): number {
  const scene = (NYU_SCENES as readonly string[]).indexOf(name);
  if (scene >= 0) return scene;
  throw new VisionRockError(
    "unknown-category",
    `Frame ${frame + 1} has the scene type "${name}", which is none of the 27: ${NYU_SCENES.join(", ")}.`,
    { frame: frame + 1, scene: name },
  );
}
