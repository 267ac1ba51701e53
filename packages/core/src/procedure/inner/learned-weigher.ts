import type { Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array, gradients, type NDArray, type Tree } from "../../graph/index.ts";
import type { Optimizer } from "../../optimize/optimizer.ts";
import { norm } from "../../solve/rows.ts";
import { flatLike, flatten } from "../../train/flat.ts";
import { notFinite } from "../../train/known-losses.ts";
import type { Seen } from "../../train/learner.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { scalars, valuesOf } from "../../train/scalars.ts";
import type { Opened, Setup } from "../procedure.ts";
import { requireDev } from "./held-out.ts";
import { rateOf } from "./look-ahead.ts";
import { advance, arraysOf, type Replica, replicaOf } from "./replica.ts";
import { moveAlong, type StartArguments, startOf } from "./start.ts";
import { lossOf, meanWeights, parts, type Weigher } from "./weigher.ts";
import { cotangentSlope, partsAt, type Weighing, weigherSlope } from "./weigher-slope.ts";
import type { Derivative } from "./weight-slopes.ts";

type Net = Replica<Tree<NDArray>>;
type Args<B> = [...StartArguments, batch: B, dev: B, phi: never];

interface Looked {
  readonly seen: Seen;
  /** The primary's held-out loss after the look ahead. */
  readonly meta: number;
  readonly features: NDArray;
}
/** Writes the network's slope into its gradient. */
type Look<B> = (batch: Host<B>, dev: Host<B>, t: number) => Promise<Looked>;

interface Found {
  readonly losses: NDArray[];
  readonly counts: NDArray[];
  readonly meta: NDArray;
  readonly features: NDArray;
}
const told = ({ losses, counts, meta, features }: Found): Looked => ({
  seen: { losses: valuesOf(losses), counts: valuesOf(counts) },
  meta: meta.data[0]!,
  features,
});

/** By differentiating the step's gradient: one call. */
function exactly<B>(setup: Setup<B>, weighing: Weighing<B>, net: Net): Look<B> {
  const compiled = setup.compile((...[params, slots, scalars, batch, dev, phi]: Args<B>) => {
    const { beyond: _, ...found } = weigherSlope(weighing, { params, slots, scalars, batch, dev }, phi);
    return found;
  });
  return async (batch, dev, t) => {
    const args = [...startOf(setup, t), batch, dev, net.params.tree] as Tree<NDArray>[];
    const found = (await compiled(...args)) as unknown as Found & { slope: Tree<NDArray> };
    flatten(found.slope, net.gradient.data);
    return told(found);
  };
}

/**
 * By differences: τ_r = s_r [ℓ_r(θ + εv) − ℓ_r(θ − εv)] / 2ε, ε = c/‖v‖, two forward passes on the masks of the look, and one backward pass
 * through the network from −η τ. Zeros where ‖v‖ is below 1e-12.
 */
function byDifferences<B>(setup: Setup<B>, weighing: Weighing<B>, net: Net, c: number): Look<B> {
  const { main, masks, optimizer } = setup;
  const look = setup.compile((...[params, slots, scalars, batch, dev, phi]: Args<B>) => {
    const { slope: _, ...found } = weigherSlope(weighing, { params, slots, scalars, batch, dev }, phi);
    return found;
  });
  const rows = setup.compile((params: ParamsTensors, batch: B) => partsAt(weighing, params, batch));
  const backward = setup.compile((phi: never, features: Tensor2D, cotangent: never) =>
    cotangentSlope(weighing, phi, features, cotangent),
  );
  const [beyond, moved] = [flatLike(main.params.tree), flatLike(main.params.tree)];
  return async (batch, dev, t) => {
    const before = masks.state;
    const args = [...startOf(setup, t), batch, dev, net.params.tree] as Tree<NDArray>[];
    const found = (await look(...args)) as unknown as Found & { beyond: Params };
    flatten(found.beyond, beyond.data);
    const length = norm(beyond.data);
    net.gradient.data.fill(0);
    if (length < 1e-12) return told(found);
    const epsilon = c / length;
    const at = async (sign: number): Promise<NDArray> => {
      moveAlong(main.params.data, beyond.data, sign * epsilon, moved.data);
      masks.state = before;
      return (await rows(moved.tree, batch as Tree<NDArray>)) as NDArray;
    };
    const [up, down] = [await at(1), await at(-1)];
    const factor = -rateOf(optimizer, t) / (2 * epsilon);
    const cotangent = Float32Array.from(up.data, (value, r) => factor * (value - down.data[r]!));
    await backward.into(net.gradient.tree, net.params.tree, found.features, array(cotangent));
    return told(found);
  };
}

/** Writes the gradient of the weighed losses into the run's own; gives what was seen, the tasks' mean weights, and all weights. */
function weighedGradient<B>(
  setup: Setup<B>,
  { weigher }: Weighing<B>,
  net: Net,
): (batch: Host<B>, features: NDArray) => Promise<Seen & { means: number[]; weights: Float32Array }> {
  const { main, tasks } = setup;
  const out = { losses: scalars(tasks.length), counts: scalars(tasks.length), means: scalars(tasks.length) };
  const compiled = setup.compile((params: ParamsTensors, batch: B, phi: never, features: Tensor2D) => {
    const rows = weigher.rows(params, batch, { training: true });
    const weights = weigher.weigh(phi, features);
    return {
      losses: rows.map(lossOf),
      counts: rows.map(({ count }) => count),
      means: meanWeights(rows, weights),
      weights,
      gradients: gradients([tf.sum(tf.mul(parts(rows), weights))], params)[0]!,
    };
  });
  return async (batch, features) => {
    const weights = new Float32Array(features.shape[0]!);
    const into = { ...out, weights: array(weights), gradients: main.gradient.tree } as Tree<NDArray>;
    await compiled.into(into, main.params.tree, batch as Tree<NDArray>, net.params.tree, features);
    const { losses, counts, means } = out;
    return {
      losses: valuesOf(losses),
      counts: valuesOf(counts),
      means: valuesOf(means),
      weights,
    };
  };
}

interface LearnedWeigherOptions<B> {
  /** For messages. */
  readonly method: string;
  readonly weigher: Weigher<B>;
  readonly optimizer: Optimizer;
  readonly derivative: Derivative;
  readonly difference: number;
  /** Told the weights of all rows that a step is made with. */
  readonly told?: (weights: Float32Array, step: number, batch: Host<B>) => void;
}

/** Steps of which the first half moves the weigher by a look ahead, and the second the run's parameters under its new weights. */
export function learnedWeigher<B>(setup: Setup<B>, options: LearnedWeigherOptions<B>): Opened<B, null> {
  const { method, weigher, optimizer, derivative, difference } = options;
  const { tasks, primary, main, masks, random, maxGradientNorm } = setup;
  const dev = requireDev(setup, method);
  const net = replicaOf(weigher.init(random), optimizer);
  const weighing = { ...setup, weigher };
  const look =
    derivative === "exact" ? exactly(setup, weighing, net) : byDifferences(setup, weighing, net, difference);
  const descend = weighedGradient(setup, weighing, net);
  return {
    memory: arraysOf("weigher", net),
    async step(batch, { step }) {
      const before = masks.state;
      const { seen, meta, features } = await look(batch, dev.next(), step + 1);
      masks.state = before;
      setup.check(seen, step);
      if (!Number.isFinite(meta + norm(net.gradient.data))) {
        const { name } = tasks[primary]!;
        const what = `The loss of task "${name}" after the look ahead is ${meta}, or its derivative is not finite`;
        throw notFinite(what, { step, task: name });
      }
      advance(net, step + 1);
      const { losses, counts, means, weights } = await descend(batch, features);
      options.told?.(weights, step, batch);
      advance(main, step + 1, maxGradientNorm);
      return { losses, counts, weights: means, state: null };
    },
  };
}
