import { readFileSync } from "node:fs";
import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import { importResNet50 } from "../backbone/import-resnet50.ts";
import { VisionRockError } from "../error.ts";
import type { Names } from "../source/align.ts";
import type { Configuration } from "../train/configuration.ts";
import { networkOf } from "../train/network.ts";

/**
 * The parameters that a training begins with when its backbone comes from a file; all others are drawn, as they are without one.
 *
 * @throws VisionRockError "bad-file" for a file that is not there, and as `importResNet50`
 */
export function startingParams(
  configuration: Configuration,
  { classes, scenes }: Names,
  seed: number,
  file: string,
): Params {
  const counts = { classes: classes.length, scenes: scenes.length };
  const { trunk, heads } = networkOf(configuration, counts).model.init(Random.seeded(seed, "init"));
  const parts = trunk as unknown as { readonly backbone: Tree<NDArray> };
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new VisionRockError("bad-file", `${file} cannot be read: ${(cause as Error).message}`, { path: file }, cause);
  }
  const backbone = importResNet50(parts.backbone, { name: file, bytes });
  return { trunk: { ...parts, backbone } as Tree<NDArray>, heads };
}
