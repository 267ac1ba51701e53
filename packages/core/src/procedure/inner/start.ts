import type { Scalar, Tensor } from "@tensorflow/tfjs";
import { array, type NDArray, type Tree } from "../../graph/index.ts";
import { flatLike } from "../../train/flat.ts";
import type { ParamsTensors } from "../../train/model.ts";
import type { Setup } from "../procedure.ts";
import { rateOf } from "./look-ahead.ts";

/** Parameters, the optimiser's slots and its scalars: where a step begins, as arguments of a compiled function. */
export type StartArguments = [
  params: ParamsTensors,
  slots: Record<string, Tree<Tensor>>,
  scalars: Record<string, Scalar>,
];

/** The run's own, for its step `t`. */
export function startOf<B>({ main, optimizer }: Setup<B>, t: number): Tree<NDArray>[] {
  const { params, update } = main;
  const slots = Object.entries(update.slots).map(([name, data]) => [name, flatLike(params.tree, data).tree]);
  const scalars = Object.entries({ ...optimizer.scalars(t), rate: rateOf(optimizer, t) });
  return [
    params.tree,
    Object.fromEntries(slots) as Tree<NDArray>,
    Object.fromEntries(scalars.map(([name, value]) => [name, array([value], [])])),
  ];
}

/** θ + s v into `out`. */
export function moveAlong(theta: Float32Array, v: Float32Array, s: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = theta[i]! + s * v[i]!;
}
