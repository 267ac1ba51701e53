import type { Tensor1D } from "@tensorflow/tfjs";
import { array, type NDArray, type Tree } from "../../graph/index.ts";
import { norm } from "../../solve/rows.ts";
import { flatLike } from "../../train/flat.ts";
import type { Seen } from "../../train/learner.ts";
import { forward } from "../../train/loss.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { valuesOf } from "../../train/scalars.ts";
import type { Setup } from "../procedure.ts";
import { lookAhead, looking, rateOf } from "./look-ahead.ts";
import { moveAlong, type StartArguments, startOf } from "./start.ts";

/** How a hypergradient is had. */
export type Derivative = "exact" | "differences";

/** ∂L_dev(θ⁺)/∂w_k for every task, and what the training batch showed; see {@link lookAhead}. */
export type WeightSlopes<B> = (
  batch: Host<B>,
  dev: Host<B>,
  weights: Float32Array,
  t: number,
) => Promise<{ seen: Seen; slopes: number[] }>;

/** Parameters, slots, scalars, weights and batches as arguments of a compiled look. */
const recorded =
  <B, R>(use: (found: ReturnType<typeof lookAhead<B>>) => R, setup: Setup<B>) =>
  (...args: [...StartArguments, Tensor1D, B, B]): R => {
    const [params, slots, scalars, weights, batch, dev] = args;
    return use(lookAhead(setup, { params, slots, scalars, weights, batch, dev }));
  };

const seenOf = ({ losses, counts }: { losses: NDArray[]; counts: NDArray[] }): Seen => ({
  losses: valuesOf(losses),
  counts: valuesOf(counts),
});

/** By differentiating the step's gradient: one call. */
export function exactSlopes<B>(setup: Setup<B>): WeightSlopes<B> {
  const compiled = setup.compile(
    recorded(({ losses, counts, slopes }) => ({ losses, counts, slopes }), setup) as never,
  );
  return async (batch, dev, weights, t) => {
    const args = [...startOf(setup, t), array(weights), batch, dev] as Tree<NDArray>[];
    const found = (await compiled(...args)) as never as Parameters<typeof seenOf>[0] & { slopes: NDArray };
    return { seen: seenOf(found), slopes: [...found.slopes.data] };
  };
}

/**
 * By differences: −η [L_k(θ + εv) − L_k(θ − εv)] / 2ε, ε = c/‖v‖, two forward passes for all tasks on the masks of the look. Zeros where
 * ‖v‖ is below 1e-12.
 */
export function differenceSlopes<B>(setup: Setup<B>, c: number): WeightSlopes<B> {
  const { model, tasks, main, masks, optimizer } = setup;
  const look = setup.compile(
    recorded(({ losses, counts, beyond }) => ({ losses, counts, beyond }), setup) as never,
  );
  const losses = setup.compile(
    (params: ParamsTensors, batch: B) => forward(model, tasks, params, batch, looking).losses,
  );
  const beyond = flatLike(main.params.tree);
  const moved = flatLike(main.params.tree);
  const [seenLosses, seenCounts] = [tasks, tasks].map((list) => list.map(() => array([0], [])));
  const into = { losses: seenLosses!, counts: seenCounts!, beyond: beyond.tree as Params };
  return async (batch, dev, weights, t) => {
    const before = masks.state;
    const args = [...startOf(setup, t), array(weights), batch, dev] as Tree<NDArray>[];
    await look.into(into as Tree<NDArray>, ...args);
    const after = masks.state;
    const seen = seenOf(into);
    const length = norm(beyond.data);
    if (length < 1e-12) return { seen, slopes: tasks.map(() => 0) };
    const epsilon = c / length;
    const at = async (sign: number): Promise<number[]> => {
      moveAlong(main.params.data, beyond.data, sign * epsilon, moved.data);
      masks.state = before;
      return valuesOf((await losses(moved.tree, batch as Tree<NDArray>)) as NDArray[]);
    };
    const [up, down] = [await at(1), await at(-1)];
    masks.state = after;
    const rate = rateOf(optimizer, t);
    return { seen, slopes: up.map((value, k) => (-rate * (value - down[k]!)) / (2 * epsilon)) };
  };
}
