import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { mapTree, type NDArray, stopGradient, type Tree } from "../graph/index.ts";
import type { Range } from "../optimize/fused-update.ts";
import { namedLeaves } from "./flat.ts";
import { isFeatureMethod, type Method } from "./method.ts";
import type { Model, Params } from "./model.ts";
import { isSplit } from "./split-model.ts";

/** Whether the parameter of a path lies in one of the parts named. */
export const isFrozen = (frozen: readonly string[], path: string): boolean =>
  frozen.some((part) => path === part || path.startsWith(`${part}/`));

/** Where the frozen leaves lie in the vector of a tree. */
export function frozenRanges(tree: Tree<NDArray>, frozen: readonly string[]): Range[] {
  const ranges: Range[] = [];
  let offset = 0;
  for (const [path, { data }] of namedLeaves(tree)) {
    if (isFrozen(frozen, path)) ranges.push([offset, offset + data.length]);
    offset += data.length;
  }
  return ranges;
}

/**
 * The model with no gradient through its frozen parameters: every gradient of them is zero, whoever asks for it, and what led to it is not
 * computed.
 */
export function withFrozen<B>(model: Model<B>, frozen: readonly string[]): Model<B> {
  if (frozen.length === 0) return model;
  const still = <P extends Tree<Tensor>>(tree: P, path = ""): P =>
    mapTree<Tensor, Tensor>(
      tree,
      (leaf, at) => (isFrozen(frozen, at) ? stopGradient(leaf) : leaf),
      path,
    ) as P;
  const stopped: Model<B> = {
    ...(model.state && { state: model.state }),
    init: (random) => model.init(random),
    apply: (params, batch, mode) => model.apply(still(params), batch, mode),
    ...(model.penalties && { penalties: (params) => model.penalties!(still(params)) }),
  };
  if (!isSplit(model)) return stopped;
  const parts: Pick<typeof model, "represent" | "decode"> = {
    represent: (trunk, batch, mode) => model.represent(still(trunk, "trunk"), batch, mode),
    decode: (head, z, batch, mode, task) => model.decode(still(head, `heads/${task}`), z, batch, mode, task),
  };
  return { ...stopped, ...parts };
}

/** @throws OutriggerError "bad-option" for a part that holds no parameter, and where nothing is left to train. */
export function checkFrozen(frozen: readonly string[], params: Params, method: Method): void {
  if (frozen.length === 0) return;
  const paths = [...namedLeaves(params).keys()];
  const refuse = (what: string): never => {
    throw new OutriggerError("bad-option", what, { frozen });
  };
  const unknown = frozen.find((part) => !paths.some((path) => isFrozen([part], path)));
  if (unknown !== undefined) {
    refuse(
      `frozen: the model has no parameters "${unknown}". Name parts of these paths: ${paths.join(", ")}.`,
    );
  }
  if (paths.every((path) => isFrozen(frozen, path))) {
    refuse(`frozen: [${frozen.join(", ")}] is every parameter. Leave some to train.`);
  }
  const turned = paths.find((path) => /^heads\/[^/]+\/inserted\//.test(path) && isFrozen(frozen, path));
  if (isFeatureMethod(method) && turned !== undefined) {
    refuse(
      `frozen: "${method.name}" moves ${turned} in every step. Freeze heads/TASK/head, without its layer.`,
    );
  }
}
