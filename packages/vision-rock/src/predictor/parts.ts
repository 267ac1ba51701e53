import { mapTree, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Params } from "@outrigger/core/train/model";
import { VisionRockError } from "../error.ts";
import { networkOf } from "../train/network.ts";
import type { DetectorParts } from "./detector.ts";
import type { DetectorRecord } from "./record.ts";

/**
 * A network as its record says, with its parameters from the arrays of a folder, whose names are their paths.
 *
 * @param name the file of the arrays, for messages
 * @throws VisionRockError "bad-file" for an array that is missing or has another shape than the configuration demands.
 */
export function detectorParts(
  record: DetectorRecord,
  arrays: ReadonlyMap<string, NDArray>,
  name: string,
): Pick<DetectorParts, "record" | "network" | "params"> {
  const { configuration, classes, scenes } = record;
  const network = networkOf(configuration, { classes: classes.length, scenes: scenes.length });
  const like = network.model.init(Random.seeded(0, "shapes")) as Tree<NDArray>;
  const params = mapTree<NDArray, NDArray>(like, ({ shape, dtype }, path) => {
    const found = arrays.get(path);
    if (found?.dtype === dtype && found.shape.join() === shape.join()) return found;
    const said = `${name} has no array "${path}" of shape [${shape.join(", ")}], as its model.json demands. Train the detector anew.`;
    throw new VisionRockError("bad-file", said, { path: name, array: path });
  });
  return { record, network, params: params as unknown as Params };
}
