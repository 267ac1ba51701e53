import { array, gradients, gram, type NDArray, type Tree } from "../graph/index.ts";
import type { Product } from "../solve/inverse-product.ts";
import { flatLike, flatten } from "../train/flat.ts";
import { cosine, gramRows } from "../train/gram-rows.ts";
import { notFinite } from "../train/known-losses.ts";
import { forward, weightedForward } from "../train/loss.ts";
import type { ParamsTensors } from "../train/model.ts";
import { valuesOf } from "../train/scalars.ts";
import { type AuxinashLearnedOptions, auxinashLearned } from "../weighting/auxinash-learned.ts";
import { positiveInteger } from "../weighting/gram/check.ts";
import { learnPowers } from "../weighting/gram/powers.ts";
import { requireDev } from "./inner/held-out.ts";
import { type Inverse, inverseTimes, productCount } from "./inner/inverse.ts";
import { inner, looking } from "./inner/look-ahead.ts";
import { advance } from "./inner/replica.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure } from "./procedure.ts";

export interface AuxinashImplicitOptions extends AuxinashLearnedOptions {
  /** H⁻¹: "neumann", the default, a series whose step is 1/λ_max, estimated; "conjugate-gradients"; or "identity", which is `auxinashLearned`. */
  inverse?: Inverse;
  /** Terms of the series after the first, or iterations of conjugate gradients. Default 3, the authors'. */
  terms?: number;
}

/**
 * Nash bargaining whose powers p are learned by implicit differentiation: every step has the weights α of Gα = p/α, and on every 25th step p goes
 * down what the minimum θ*(p) of Σ_k α_k(p) L_k means for held-out data,
 *
 *     ∂L_dev(θ*)/∂p = −Jᵀc,   c_k = ⟨q, g_k⟩,   q ∝ H⁻¹ ∇L_dev(θ),   H = ∇²_θ Σ_k α_k L_k,   J = dα/dp = (G + diag(p/α²))⁻¹ diag(1/α)
 *
 * θ the trunk, whose gradients make G; L_dev the primary's loss, without dropout. q has length 1, so that the step size of p does not
 * depend on the size of H or of the losses; each element of Jᵀc is kept within ±10, p_k is at least 1e-4 and scaled so that Σ_k p_k = T,
 * p = 1 at first. H q is exact. "identity" takes q ∝ ∇L_dev: what the rule `auxinashLearned` does, which needs no procedure.
 *
 * Cost: a forward pass and T backward passes to the trunk, and a step; on every 25th step a forward and a backward pass on a held-out batch, one
 * forward and T backward passes, and two forward and three backward passes a product with H: J of them for "conjugate-gradients", J + 5 for
 * "neumann", none for "identity".
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Shamsian, Navon, Glazer, Kawaguchi, Chechik and Fetaya, "Auxiliary Learning as an Asymmetric Bargaining Game", ICML 2023,
 * https://arxiv.org/abs/2301.13501. Differences from the authors' code: its series has a fixed small step, so that its q is a multiple of
 * ∇L_dev whatever H is; q has length 1; plain gradient steps of p; held-out data, where the code takes another training batch.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `unsupported` without `dev`; `non-finite` for a
 * gradient or a product with H that is not finite.
 *
 * @example
 * await fit(model, { method: auxinashImplicit({ inverse: "conjugate-gradients" }), dev, … });
 */
export const auxinashImplicit = (options: AuxinashImplicitOptions = {}): Procedure<{ p: number[] }> => {
  const { learningRate = 0.1, interval = 25, inverse = "neumann", terms = 3 } = options;
  const rule = auxinashLearned({ learningRate, interval });
  positiveInteger(terms, "terms");
  return {
    name: "auxinash (implicit)",
    // A look and the step; on every n-th a held-out gradient, products of two forward and three backward passes, and cosines.
    passes({ tasks }) {
      const products = productCount(inverse, terms);
      return {
        forward: 2 + (2 + 2 * products) / interval,
        backward: tasks + 1 + (1 + 3 * products + tasks) / interval,
      };
    },
    paper: rule.paper,
    verified: "own reading",
    settings: { learningRate, interval, inverse, terms },
    init: (tasks, primary) => rule.init(tasks, primary),
    open(setup) {
      const { model, tasks, primary, main, masks, maxGradientNorm } = setup;
      const dev = requireDev(setup, "auxinash (implicit)");
      const T = tasks.length;
      const { trunk } = main.params.tree;
      const look = setup.compile((params: ParamsTensors, batch: never) => {
        const { losses, counts } = forward(model, tasks, params, batch, looking);
        return { losses, counts, gram: gram(gradients(losses, params.trunk)) };
      });
      const heldOut = setup.compile((params: ParamsTensors, batch: never) => {
        const { losses } = forward(model, tasks, params, batch, { training: false });
        return gradients([losses[primary]!], params.trunk)[0]!;
      });
      const image = setup.compile((params: ParamsTensors, batch: never, weights: never, v: never) => {
        const { total } = weightedForward({ model, tasks, mode: looking }, params, batch, weights);
        return gradients([inner(gradients([total], params.trunk)[0]!, v)], params.trunk)[0]!;
      });
      const against = setup.compile((params: ParamsTensors, batch: never, q: never) =>
        gram([...gradients(forward(model, tasks, params, batch, looking).losses, params.trunk), q]),
      );
      const descend = weightedGradient(setup);
      const direction = flatLike(trunk);

      const finite = (rows: number[][], step: number): number[][] => {
        if (rows.flat().every(Number.isFinite)) return rows;
        const what = "A gradient of auxinash (implicit), or a product with the Hessian, is not finite";
        throw notFinite(what, { step, task: tasks[primary]!.name });
      };

      /** Cosine of q with every task's gradient, on the masks that the stream gives now. */
      const cosines = async (
        batch: Tree<NDArray>,
        weights: readonly number[],
        step: number,
      ): Promise<number[]> => {
        const before = masks.state;
        const v = flatten((await heldOut(main.params.tree, dev.next() as Tree<NDArray>)) as typeof trunk);
        const given = weights.map((weight) => array([weight], []));
        const product: Product = async (x) => {
          direction.data.set(x);
          masks.state = before;
          const found = await image(main.params.tree, batch, given, direction.tree);
          return Float64Array.from(flatten(found as typeof trunk).data);
        };
        direction.data.set(await inverseTimes(inverse, terms, product, Float64Array.from(v.data)));
        masks.state = before;
        const found = (await against(main.params.tree, batch, direction.tree)) as NDArray;
        const rows = finite(gramRows(found), step);
        masks.state = before;
        return tasks.map((_, k) => cosine(rows, T, k) ?? 0);
      };

      return {
        memory: {},
        async step(batch, { step }, state) {
          const before = masks.state;
          const shown = (await look(main.params.tree, batch as Tree<NDArray>)) as unknown as {
            losses: NDArray[];
            counts: NDArray[];
            gram: NDArray;
          };
          masks.state = before;
          setup.check({ losses: valuesOf(shown.losses), counts: valuesOf(shown.counts) }, step);
          const rows = finite(gramRows(shown.gram), step);
          let answer = learnPowers(rows, state.p, null, learningRate);
          if ((step + 1) % interval === 0) {
            const found = await cosines(batch as Tree<NDArray>, answer.weights, step);
            answer = learnPowers(rows, state.p, found, learningRate);
          }
          const { weights, p } = answer;
          const { losses, counts } = await descend(main, batch, weights);
          advance(main, step + 1, maxGradientNorm);
          return { losses, counts, weights, state: { p } };
        },
      };
    },
  };
};
