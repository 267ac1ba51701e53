import type { NDArray, Tree } from "../../graph/index.ts";
import type { Product } from "../../solve/inverse-product.ts";
import { flatLike } from "../../train/flat.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";
import { heldOutGradient } from "./held-out-loss.ts";
import { hessianProduct, type Lower, mixedSlope } from "./implicit.ts";
import { type Inverse, inverseTimes } from "./inverse.ts";
import { rateOf } from "./look-ahead.ts";
import type { Replica } from "./replica.ts";

/**
 * Writes −∂⟨∇_θ L_T, p⟩/∂φ + ∂R/∂φ into the gradient of φ, p ≈ H⁻¹ ∇L_dev. All passes over what the lower loss
 * reads, such as the training batch, see the masks that the stream gives now.
 */
export function implicitSlope<B, L>(
  setup: Setup<B>,
  lower: Lower<L>,
  phi: Replica<Tree<NDArray>>,
  inverse: Inverse,
  terms: number,
): (batch: Tree<NDArray>, dev: Tree<NDArray>, t: number) => Promise<void> {
  const { main, masks, optimizer } = setup;
  const heldOut = heldOutGradient(setup);
  const held = flatLike(main.params.tree);
  const p = flatLike(main.params.tree);
  const image = flatLike(main.params.tree);
  const product = setup.compile((params: ParamsTensors, f: never, batch: L, v: ParamsTensors) =>
    hessianProduct(lower, params, f, batch, v),
  );
  const mixed = setup.compile((params: ParamsTensors, f: never, batch: L, v: ParamsTensors) =>
    mixedSlope(lower, params, f, batch, v),
  );
  return async (batch, dev, t) => {
    const before = masks.state;
    await heldOut(main.params.tree, dev as never, held);
    const times: Product = async (v) => {
      p.data.set(v);
      masks.state = before;
      await product.into(image.tree as Tree<NDArray>, main.params.tree, phi.params.tree, batch, p.tree);
      return Float64Array.from(image.data);
    };
    const v = Float64Array.from(held.data);
    const solved = await inverseTimes(inverse, terms, times, v);
    // One step of the optimiser, where nothing is known of H.
    p.data.set(inverse === "identity" ? v.map((value) => rateOf(optimizer, t) * value) : solved);
    masks.state = before;
    await mixed.into(phi.gradient.tree, main.params.tree, phi.params.tree, batch, p.tree);
  };
}
