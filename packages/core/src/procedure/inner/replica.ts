import type { NDArray, Tree } from "../../graph/array.ts";
import { clipByGlobalNorm } from "../../optimize/clip.ts";
import { type FusedUpdate, fusedUpdate } from "../../optimize/fused-update.ts";
import type { Optimizer } from "../../optimize/optimizer.ts";
import { countOf, type Flat, flatLike, flatten } from "../../train/flat.ts";
import { frozenRanges } from "../../train/freeze.ts";
import type { Params } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";

/** Parameters with a gradient and an optimiser's slots of their own. */
export interface Replica<P extends Tree<NDArray>> {
  readonly params: Flat<P>;
  readonly gradient: Flat<P>;
  readonly update: FusedUpdate;
}

/** A copy of parameters, with slots of zeros; `frozen` are paths of parts that do not move. */
export function replicaOf<P extends Tree<NDArray>>(
  tree: P,
  optimizer: Optimizer,
  frozen: readonly string[] = [],
): Replica<P> {
  const update = fusedUpdate(optimizer, countOf(tree), frozenRanges(tree, frozen));
  return { params: flatten(tree, update.param), gradient: flatLike(tree, update.gradient), update };
}

/** A copy of the run's parameters that trains as they do. */
export const copyOf = <B>({ main, optimizer, frozen }: Setup<B>): Replica<Params> =>
  replicaOf(main.params.tree, optimizer, frozen);

/** What a checkpoint must hold of it. */
export const arraysOf = (name: string, { update }: Replica<Tree<NDArray>>): Record<string, Float32Array> => ({
  [`${name}/params`]: update.param,
  ...Object.fromEntries(Object.entries(update.slots).map(([slot, data]) => [`${name}/${slot}`, data])),
});

/** The same of several. */
export const memoryOf = (
  name: string,
  copies: readonly Replica<Tree<NDArray>>[],
): Record<string, Float32Array> =>
  Object.fromEntries(copies.flatMap((copy, i) => Object.entries(arraysOf(`${name}-${i}`, copy))));

/** The optimiser's step `t` = 1, 2, … along the gradient that lies there. */
export function advance(replica: Replica<Tree<NDArray>>, t: number, maxGradientNorm?: number): void {
  if (maxGradientNorm !== undefined) clipByGlobalNorm(replica.gradient.data, maxGradientNorm);
  replica.update.update(t);
}
