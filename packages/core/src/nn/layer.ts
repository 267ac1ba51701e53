import type { Tensor } from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import type { Random } from "../random.ts";

/** How a model is being run: `training` switches dropout on. */
export interface Mode {
  readonly training: boolean;
  /** False for a pass that only looks: running statistics stay as they are. Default true. Nothing is updated in evaluation. */
  readonly update?: boolean;
}

/** The same tree with tensors for leaves: what `apply` sees of what `init` made. */
export type TensorsOf<P> = P extends NDArray ? Tensor : { readonly [K in keyof P]: TensorsOf<P[K]> };

/**
 * A layer is two pure functions: parameters from a random stream, and outputs from parameters and inputs.
 *
 * `init` gives a tree of host arrays, so parameters can be saved, flattened and compared without a backend; `apply` is plain
 * tfjs code over the same tree of tensors and runs eagerly, in a trace and in a compiled graph alike.
 *
 * @example
 * const layer = dense({ inputs: 4, outputs: 2 });
 * const params = layer.init(Random.seeded(0, "init"));
 * const evaluate = compile((p, x) => layer.apply(p, x, { training: false }));
 * const y = await evaluate(params, array(new Float32Array(12), [3, 4])); // shape [3, 2]
 */
export interface Layer<P extends Tree<NDArray>> {
  init(random: Random): P;
  apply(params: TensorsOf<P>, x: Tensor, mode: Mode): Tensor;
}

/** A layer whose parameters are nobody else's business: what lists of layers hold. */
export interface AnyLayer {
  init(random: Random): Tree<NDArray>;
  apply(params: never, x: Tensor, mode: Mode): Tensor;
}

/** Parameters of a layer that has none: an empty list keeps its place in the tree. */
export type NoParams = readonly never[];

/** Parameters of layers one after another. */
export type LayerList = readonly Tree<NDArray>[];

/** A composed layer: its parameters are the list of its layers' parameters, passed on unseen. */
export interface Chain {
  init(random: Random): LayerList;
  apply(params: readonly Tree<Tensor>[], x: Tensor, mode: Mode): Tensor;
}
