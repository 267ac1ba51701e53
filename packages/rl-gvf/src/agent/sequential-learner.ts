import { array, compile, gradients, leaves, type NDArray, type Optimizer, type Tree } from "@outrigger/core";
import { clipByGlobalNorm } from "@outrigger/core/optimize/clip";
import { type FusedUpdate, fusedUpdate } from "@outrigger/core/optimize/fused-update";
import { countOf, type Flat, flatLike, flatten } from "@outrigger/core/train/flat";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { RlGvfError } from "../error.ts";
import {
  auxiliaryLosses,
  controlRows,
  type Learner,
  type LearnerBatch,
  type LearnerOptions,
  sceneOf,
  sightOf,
} from "./learner.ts";

export interface SequentialOptions {
  /** Of policy and value, and of what they share. */
  readonly controlOptimizer: Optimizer;
  /** Of the auxiliaries, and of what they share. */
  readonly auxiliaryOptimizer: Optimizer;
  /** Greatest norm of the gradient of policy and value. Default 0.5. */
  readonly maxGradientNorm?: number;
  /** Nothing of policy and value trains the trunk. */
  readonly stopGradient: boolean;
}

type Heads = { readonly [name: string]: Tree<NDArray> };
type Part = { readonly trunk: Tree<NDArray>; readonly heads: Heads };
/** Parameters in the memory of their optimiser. */
interface Trained<P extends Tree<NDArray>> {
  readonly params: Flat<P>;
  readonly gradient: Flat<P>;
  readonly update: FusedUpdate;
}

function trained<P extends Tree<NDArray>>(params: P, optimizer: Optimizer): Trained<P> {
  const update = fusedUpdate(optimizer, countOf(params));
  return {
    params: flatten(params, update.param),
    gradient: flatLike(params, update.gradient),
    update,
  };
}

/** No finite gradient is longer; the check for finite values comes with the norm. */
const NO_LIMIT = 3e38;

/**
 * Two gradient steps a rollout, in sequence, each with an optimiser and a memory of its own: first policy and value, then the sum of the
 * auxiliary losses with the parameters that the first step left. Losses have no weights: the two optimisers balance them.
 *
 * Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (the authors' code). Both optimisers there keep numbers for all
 * parameters; those without a gradient do not move, and are left out here.
 *
 * Cost: two native calls (one without auxiliaries) and one pass over the parameters each.
 */
export function sequentialLearner(options: LearnerOptions & SequentialOptions): Learner {
  const { network, auxiliaries, params, stopGradient, maxGradientNorm = 0.5 } = options;
  const { control: head, ...others } = params.heads as { control: Tree<NDArray> } & Heads;
  const controlled = trained<Tree<NDArray>>(
    stopGradient ? { head } : { head, trunk: params.trunk },
    options.controlOptimizer,
  );
  const helped =
    auxiliaries.length > 0
      ? trained<Part>({ trunk: params.trunk, heads: others }, options.auxiliaryOptimizer)
      : undefined;
  const control = (controlled.params.tree as { head: Tree<NDArray> }).head;
  // With the stop the auxiliaries alone own the trunk, and nobody does if there are none.
  const ownTrunk = (controlled.params.tree as { trunk?: Tree<NDArray> }).trunk;
  const trunk = ownTrunk ?? helped?.params.tree.trunk ?? params.trunk;
  let step = 0;

  const controlStep = compile(
    ((
      moving: { head: Tree<Tensor>; trunk?: Tree<Tensor> },
      still: Tree<Tensor>,
      batch: LearnerBatch<Tensor>,
    ) => {
      const features = network.represent(moving.trunk ?? still, sightOf(batch));
      const { rows, parts } = controlRows(options, moving.head, features, batch);
      return { parts, gradient: gradients([tf.mean<Scalar>(rows)], moving as Tree<Tensor>)[0]! };
    }) as never,
    options.compile,
  );
  const auxiliaryStep = compile(
    ((
      moving: { trunk: Tree<Tensor>; heads: { [name: string]: Tree<Tensor> } },
      batch: LearnerBatch<Tensor>,
    ) => {
      const features = network.represent(moving.trunk, sightOf(batch));
      const scene = sceneOf(network, moving.trunk, features, batch);
      const losses = auxiliaryLosses(auxiliaries, moving.heads, scene, batch.feeds);
      const total = losses.reduce((a, b) => tf.add(a, b)) as Scalar;
      return { losses: tf.stack(losses), gradient: gradients([total], moving as Tree<Tensor>)[0]! };
    }) as never,
    options.compile,
  );
  const parts = array(new Float32Array(3));
  const losses = array(new Float32Array(auxiliaries.length));

  const advance = ({ gradient, update }: Trained<Tree<NDArray>>, limit: number): void => {
    clipByGlobalNorm(gradient.data, limit);
    update.update(step + 1);
  };
  const tell = (): void => {
    for (const one of auxiliaries) one.updated?.(trunk, helped!.params.tree.heads[one.name]!);
  };
  tell();
  return {
    trunk,
    control,
    async update({ feeds, returns, ...shared }) {
      const controlBatch = { ...shared, returns } as unknown as Tree<NDArray>;
      const still = stopGradient ? trunk : [];
      const out = { parts, gradient: controlled.gradient.tree };
      await controlStep.into(out, controlled.params.tree, still, controlBatch);
      checkFinite(["policy", "value", "entropy"], parts, step);
      advance(controlled, maxGradientNorm);
      if (helped) {
        if (ownTrunk) copy(ownTrunk, helped.params.tree.trunk);
        const batch = { ...shared, feeds } as unknown as Tree<NDArray>;
        await auxiliaryStep.into({ losses, gradient: helped.gradient.tree }, helped.params.tree, batch);
        checkFinite(
          auxiliaries.map(({ name }) => name),
          losses,
          step,
        );
        advance(helped, NO_LIMIT);
        if (ownTrunk) copy(helped.params.tree.trunk, ownTrunk);
        tell();
      }
      step++;
      const [policy, value, entropy] = parts.data as Float32Array;
      const named = auxiliaries.map(({ name }, i) => [name, losses.data[i]!] as const);
      return { policy: policy!, value: value!, entropy: entropy!, ...Object.fromEntries(named) };
    },
    save: () => ({
      arrays: {
        "control/params": controlled.params.data,
        ...prefixed("control/slots", controlled.update.slots),
        ...(helped && {
          "auxiliary/params": helped.params.data,
          ...prefixed("auxiliary/slots", helped.update.slots),
        }),
      },
      state: step,
    }),
    load({ arrays, state }) {
      for (const [name, into] of Object.entries(this.save().arrays)) into.set(arrays[name]!);
      step = state as number;
    },
    async dispose() {
      await controlStep.dispose();
      await auxiliaryStep.dispose();
    },
  };
}

const prefixed = (
  prefix: string,
  slots: Readonly<Record<string, Float32Array>>,
): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(slots).map(([name, data]) => [`${prefix}/${name}`, data]));

function copy(from: Tree<NDArray>, to: Tree<NDArray>): void {
  const target = leaves<NDArray>(to);
  for (const [i, { data }] of leaves<NDArray>(from).entries()) target[i]!.data.set(data);
}

function checkFinite(names: readonly string[], { data }: NDArray, step: number): void {
  const wrong = names.findIndex((_, i) => !Number.isFinite(data[i]));
  if (wrong < 0) return;
  throw new RlGvfError(
    "non-finite",
    `The loss "${names[wrong]}" is ${data[wrong]} at update ${step}: lower the learning rate or scale the rewards.`,
    { loss: names[wrong], step },
  );
}
