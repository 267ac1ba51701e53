import type { Scalar } from "@tensorflow/tfjs";
import { gradients, type NDArray, type Tree } from "../../graph/index.ts";
import type { Seen } from "../../train/learner.ts";
import { weightedForward } from "../../train/loss.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { scalars, valuesOf } from "../../train/scalars.ts";
import type { Setup } from "../procedure.ts";
import type { Replica } from "./replica.ts";

/** Writes ∇ Σ_k w_k L_k at the parameters of a replica into its gradient. */
export type WeightedGradient<B> = (
  at: Replica<Params>,
  batch: Host<B>,
  weights: readonly number[],
) => Promise<Seen>;

/** One function for all replicas, compiled once: a training pass, with dropout. */
export function weightedGradient<B>(setup: Setup<B>): WeightedGradient<B> {
  const { model, tasks } = setup;
  const out = { losses: scalars(tasks.length), counts: scalars(tasks.length) };
  const given = scalars(tasks.length);
  const compiled = setup.compile((params: ParamsTensors, batch: B, weights: Scalar[]) => {
    const { losses, counts, total } = weightedForward({ model, tasks }, params, batch, weights);
    return { losses, counts, gradients: gradients([total], params)[0]! };
  });
  return async ({ params, gradient }, batch, weights) => {
    weights.forEach((weight, k) => {
      given[k]!.data[0] = weight;
    });
    const into = { ...out, gradients: gradient.tree } as Tree<NDArray>;
    await compiled.into(into, params.tree, batch as Tree<NDArray>, given);
    return { losses: valuesOf(out.losses), counts: valuesOf(out.counts) };
  };
}
