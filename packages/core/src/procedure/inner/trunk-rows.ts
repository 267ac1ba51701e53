import { leaves, type NDArray } from "../../graph/index.ts";
import { countOf, type Flat } from "../../train/flat.ts";
import type { Params } from "../../train/model.ts";

/** The trunk's part of a flat vector: the leaves of one branch lie one after another. */
export function trunkOf({ tree }: Flat<Params>): Float32Array {
  const [first] = leaves<NDArray>(tree.trunk);
  if (first === undefined) return new Float32Array(0);
  const { buffer, byteOffset } = first.data;
  return new Float32Array(buffer as ArrayBuffer, byteOffset, countOf(tree.trunk));
}
