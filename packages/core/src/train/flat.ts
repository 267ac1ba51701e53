import { OutriggerError } from "../error.ts";
import { leaves, mapTree, type NDArray, type Tree } from "../graph/array.ts";
import type { Params } from "./model.ts";

/** A tree whose float32 leaves are views of one vector, in leaf order: optimisers and norms work on the vector. */
export interface Flat<P extends Tree<NDArray>> {
  readonly data: Float32Array;
  readonly tree: P;
}

export const countOf = (tree: Tree<NDArray>): number =>
  leaves<NDArray>(tree).reduce((n, leaf) => n + leaf.data.length, 0);

/** A vector with views shaped like the leaves of `like`: a new one of zeros, or the one given. */
export function flatLike<P extends Tree<NDArray>>(
  like: P,
  data: Float32Array = new Float32Array(countOf(like)),
): Flat<P> {
  let offset = 0;
  const tree = mapTree<NDArray, NDArray>(like, (leaf, path) => {
    if (leaf.dtype !== "float32") {
      throw new OutriggerError(
        "bad-model",
        `Parameter ${path} is ${leaf.dtype}; parameters must be float32.`,
        {
          parameter: path,
          dtype: leaf.dtype,
        },
      );
    }
    const view = data.subarray(offset, offset + leaf.data.length);
    offset += leaf.data.length;
    return { dtype: "float32", shape: leaf.shape, data: view };
  });
  return { data, tree: tree as P };
}

/** A copy of a tree as one vector with views, in the vector given or a new one. */
export function flatten<P extends Tree<NDArray>>(tree: P, data?: Float32Array): Flat<P> {
  const flat = flatLike(tree, data);
  let offset = 0;
  for (const leaf of leaves<NDArray>(tree)) {
    flat.data.set(leaf.data, offset);
    offset += leaf.data.length;
  }
  return flat;
}

/** The leaves under their paths, such as `trunk/0/kernel`. */
export function namedLeaves(tree: Tree<NDArray>): Map<string, NDArray> {
  const named = new Map<string, NDArray>();
  mapTree(tree, (leaf, path) => {
    named.set(path, leaf);
  });
  return named;
}

/** Paths and shapes of all leaves, such as `trunk/0/kernel[3,16]`. */
export const shapesOf = (tree: Tree<NDArray>): string =>
  [...namedLeaves(tree)].map(([path, { shape }]) => `${path}[${shape.join()}]`).join(" ");

/**
 * What `model.init` made, checked.
 *
 * @throws OutriggerError "bad-model" unless it is `{ trunk, heads }` with finite values.
 */
export function checkParams(params: Params): Params {
  if (params === null || typeof params !== "object" || !("trunk" in params) || !("heads" in params)) {
    throw new OutriggerError(
      "bad-model",
      "model.init must return { trunk, heads }: shared parameters and one head a task.",
    );
  }
  for (const [path, { data }] of namedLeaves(params)) {
    if (data.every((value) => Number.isFinite(value))) continue;
    throw new OutriggerError(
      "bad-model",
      `Parameter ${path} has a value that is not finite before training.`,
      {
        parameter: path,
      },
    );
  }
  return params;
}
