import type { Tensor2D } from "@tensorflow/tfjs";
import { array, gradients, type NDArray, type Tree } from "../../graph/index.ts";
import { norm } from "../../solve/rows.ts";
import { flatLike, flatten } from "../../train/flat.ts";
import type { Seen } from "../../train/learner.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { scalars, valuesOf } from "../../train/scalars.ts";
import type { Setup } from "../procedure.ts";
import {
  cotangentSlope,
  labelDerivative,
  labelSlope,
  labelsOf,
  type Teaching,
  taughtForward,
} from "./label-slope.ts";
import { rateOf } from "./look-ahead.ts";
import type { Replica } from "./replica.ts";
import { moveAlong, type StartArguments, startOf } from "./start.ts";

/** Writes the generator's slope into its gradient; what the training batch showed, and the primary's loss after the look ahead. */
export type LabelSlope<B> = (
  batch: Host<B>,
  dev: Host<B>,
  t: number,
) => Promise<{ seen: Seen; meta: number }>;

type Generator = Replica<Tree<NDArray>>;
type Args<B> = [...StartArguments, batch: B, dev: B, generator: never];

const outputs = (tasks: number): { losses: NDArray[]; counts: NDArray[]; meta: NDArray } => ({
  losses: scalars(tasks),
  counts: scalars(tasks),
  meta: scalars(1)[0]!,
});
const told = ({
  losses,
  counts,
  meta,
}: ReturnType<typeof outputs>): Awaited<ReturnType<LabelSlope<never>>> => ({
  seen: { losses: valuesOf(losses), counts: valuesOf(counts) },
  meta: meta.data[0]!,
});

/** By differentiating the step's gradient: one call. */
export function exactLabelSlope<B>(
  setup: Setup<B>,
  teaching: Teaching<B>,
  generator: Generator,
): LabelSlope<B> {
  const out = outputs(setup.tasks.length);
  const compiled = setup.compile((...[params, slots, scalars, batch, dev, phi]: Args<B>) => {
    const { losses, counts, meta, slope } = labelSlope(teaching, { params, slots, scalars, batch, dev }, phi);
    return { losses, counts, meta, slope };
  });
  return async (batch, dev, t) => {
    const args = [...startOf(setup, t), batch, dev, generator.params.tree] as Tree<NDArray>[];
    await compiled.into({ ...out, slope: generator.gradient.tree } as Tree<NDArray>, ...args);
    return told(out);
  };
}

/**
 * By differences: τ = [∂L_aux/∂t(θ + εv) − ∂L_aux/∂t(θ − εv)] / 2ε for the labels t, ε = c/‖v‖, and one backward pass through the generator
 * from −η τ. The entropy's gradient is added to it, and is all there is where ‖v‖ is below 1e-12.
 */
export function firstOrderLabelSlope<B>(
  setup: Setup<B>,
  teaching: Teaching<B>,
  generator: Generator,
  c: number,
): LabelSlope<B> {
  const { main, masks, optimizer } = setup;
  const out = outputs(setup.tasks.length);
  const [beyond, moved] = [flatLike(main.params.tree), flatLike(main.params.tree)];
  const look = setup.compile((...[params, slots, scalars, batch, dev, phi]: Args<B>) => {
    const { losses, counts, meta, beyond, labels } = labelSlope(
      teaching,
      { params, slots, scalars, batch, dev },
      phi,
    );
    return { losses, counts, meta, beyond, labels };
  });
  const derivative = setup.compile((params: ParamsTensors, batch: B, labels: Tensor2D) =>
    labelDerivative(teaching, params, batch, labels),
  );
  const backward = setup.compile((phi: never, batch: B, cotangent: Tensor2D) =>
    cotangentSlope(teaching, phi, batch, cotangent),
  );
  return async (batch, dev, t) => {
    const before = masks.state;
    const args = [...startOf(setup, t), batch, dev, generator.params.tree] as Tree<NDArray>[];
    const found = (await look(...args)) as unknown as typeof out & { beyond: Params; labels: NDArray };
    flatten(found.beyond, beyond.data);
    const length = norm(beyond.data);
    const epsilon = c / length;
    const at = async (sign: number): Promise<NDArray> => {
      moveAlong(main.params.data, beyond.data, sign * epsilon, moved.data);
      masks.state = before;
      return (await derivative(moved.tree, batch as Tree<NDArray>, found.labels)) as NDArray;
    };
    const tau = new Float32Array(found.labels.data.length);
    if (length >= 1e-12) {
      const [up, down] = [await at(1), await at(-1)];
      const factor = -rateOf(optimizer, t) / (2 * epsilon);
      for (let i = 0; i < tau.length; i++) tau[i] = factor * (up.data[i]! - down.data[i]!);
    }
    masks.state = before;
    const cotangent = array(tau, found.labels.shape);
    await backward.into(generator.gradient.tree, generator.params.tree, batch as Tree<NDArray>, cotangent);
    return told(found);
  };
}

/** Writes the gradient of Σ_k L_k under the generator's labels. */
export function taughtGradient<B>(
  setup: Setup<B>,
  teaching: Teaching<B>,
  generator: Generator,
): (batch: Host<B>) => Promise<Seen> {
  const { main } = setup;
  const { losses, counts } = outputs(setup.tasks.length);
  const compiled = setup.compile((params: ParamsTensors, batch: B, phi: never) => {
    const made = labelsOf(teaching, phi, batch);
    const found = taughtForward(teaching, params, batch, made, { training: true });
    return {
      losses: found.losses,
      counts: found.counts,
      gradients: gradients([found.total], params)[0]!,
    };
  });
  return async (batch) => {
    const into = { losses, counts, gradients: main.gradient.tree } as Tree<NDArray>;
    await compiled.into(into, main.params.tree, batch as Tree<NDArray>, generator.params.tree);
    return { losses: valuesOf(losses), counts: valuesOf(counts) };
  };
}
