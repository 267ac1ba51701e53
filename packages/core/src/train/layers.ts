import { isLeaf, leaves, type Tree } from "../graph/array.ts";

/** The layers of a trunk, in the order of its leaves: the entries of its outermost list or record that hold parameters. */
export function layersOf<T>(trunk: Tree<T>): Tree<T>[] {
  if (isLeaf(trunk)) return [trunk];
  const entries = trunk as { readonly [key: string]: Tree<T> };
  const keys = Array.isArray(trunk) ? Object.keys(trunk) : Object.keys(trunk as object).sort();
  return keys.map((key) => entries[key]!).filter((entry) => leaves(entry).length > 0);
}
