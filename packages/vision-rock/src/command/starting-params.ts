import { readFileSync } from "node:fs";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import { importResNet50, type WeightFile } from "../backbone/import-resnet50.ts";
import { VisionRockError } from "../error.ts";
import type { Names } from "../source/align.ts";
import type { Configuration } from "../train/configuration.ts";
import { networkOf } from "../train/network.ts";

/** @throws VisionRockError "bad-file" for a file that is not there */
export function readWeights(path: string): WeightFile {
  try {
    return { name: path, bytes: readFileSync(path) };
  } catch (cause) {
    const said = `${path} cannot be read: ${(cause as Error).message}`;
    throw new VisionRockError("bad-file", said, { path }, cause);
  }
}

/**
 * The parameters that a training begins with when its backbone comes from a file; all others are drawn, as they are without one.
 *
 * @throws VisionRockError and OutriggerError as `importResNet50`
 */
export function startingParams(
  configuration: Configuration,
  { classes, scenes }: Names,
  seed: number,
  file: WeightFile,
): Params {
  const counts = { classes: classes.length, scenes: scenes.length };
  const { trunk, heads } = networkOf(configuration, counts).model.init(Random.seeded(seed, "init"));
  const parts = trunk as unknown as { readonly backbone: Tree<NDArray> };
  return { trunk: { ...parts, backbone: importResNet50(parts.backbone, file) } as Tree<NDArray>, heads };
}
