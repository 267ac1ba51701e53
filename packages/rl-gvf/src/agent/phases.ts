import { array, compile, gradients, leaves, type NDArray, type Optimizer, type Tree } from "@outrigger/core";
import { clipByGlobalNorm } from "@outrigger/core/optimize/clip";
import { fusedUpdate } from "@outrigger/core/optimize/fused-update";
import { countOf, type Flat, flatLike, flatten } from "@outrigger/core/train/flat";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { RlGvfError } from "../error.ts";
import {
  auxiliaryLosses,
  type LearnerBatch,
  type LearnerOptions,
  type SavedLearner,
  sceneOf,
  sightOf,
} from "./learner.ts";

export interface PhaseOptions {
  /** Of policy and value, and of what they share. */
  readonly controlOptimizer: Optimizer;
  /** Of the auxiliaries, and of what they share. */
  readonly auxiliaryOptimizer: Optimizer;
  /** Greatest norm of the gradient of policy and value. Default 0.5. */
  readonly maxGradientNorm?: number | undefined;
  /** Nothing of policy and value trains the trunk. */
  readonly stopGradient: boolean;
}

/** Parameters of policy and value inside a trace; without a trunk of their own they read one that stands still. */
export interface Moving<T = NDArray> {
  readonly head: Tree<T>;
  readonly trunk?: Tree<T>;
}

/**
 * Two optimisers that change one trunk in turn, each with a memory of its own: that of policy and value, whose gradient the learner
 * computes, and that of the auxiliaries, whose losses are added up. Losses have no weights: the two optimisers balance them.
 *
 * Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897 (the authors' code). Both optimisers there keep numbers for all
 * parameters; those without a gradient do not move, and are left out here.
 */
export interface Phases {
  /** As they are now. */
  readonly trunk: Tree<NDArray>;
  readonly control: Tree<NDArray>;
  /** What policy and value learn, and where their gradient goes. */
  readonly moving: Tree<NDArray>;
  readonly gradient: Tree<NDArray>;
  /** The trunk that stands still while they learn; empty if it does not. */
  readonly still: Tree<NDArray>;
  /** One step along the gradient of policy and value. @throws RlGvfError `non-finite` if one of the parts of the loss is. */
  advance(names: readonly string[], parts: NDArray): void;
  /** One step of the auxiliaries over the whole rollout; their losses by name. */
  learnAuxiliaries(batch: LearnerBatch): Promise<Record<string, number>>;
  save(): SavedLearner;
  load(saved: SavedLearner): void;
  dispose(): Promise<void>;
}

/** No finite gradient is longer; the check for finite values comes with the norm. */
const NO_LIMIT = 3e38;

export function phases(options: LearnerOptions & PhaseOptions): Phases {
  const { network, auxiliaries, params, stopGradient, maxGradientNorm = 0.5 } = options;
  const { control: head, ...others } = params.heads as { control: Tree<NDArray> } & typeof params.heads;
  const controlled = trained<Moving & Tree<NDArray>>(
    (stopGradient ? { head } : { head, trunk: params.trunk }) as never,
    options.controlOptimizer,
  );
  const helped =
    auxiliaries.length > 0
      ? trained({ trunk: params.trunk, heads: others }, options.auxiliaryOptimizer)
      : undefined;
  // With the stop the auxiliaries alone own the trunk, and nobody does if there are none.
  const ownTrunk = controlled.params.tree.trunk;
  const fixed = ownTrunk || helped ? undefined : flatten(params.trunk);
  const trunk = ownTrunk ?? helped?.params.tree.trunk ?? fixed!.tree;
  const losses = array(new Float32Array(auxiliaries.length));
  const auxiliaryStep = compile(
    ((
      moving: { trunk: Tree<Tensor>; heads: { [name: string]: Tree<Tensor> } },
      batch: LearnerBatch<Tensor>,
    ) => {
      const features = network.represent(moving.trunk, sightOf(batch));
      const scene = sceneOf(network, moving.trunk, features, batch);
      const all = auxiliaryLosses(auxiliaries, moving.heads, scene, batch.feeds);
      const total = all.reduce((a, b) => tf.add(a, b)) as Scalar;
      return { losses: tf.stack(all), gradient: gradients([total], moving as Tree<Tensor>)[0]! };
    }) as never,
    options.compile,
  );
  const names = auxiliaries.map(({ name }) => name);
  const tell = (): void => {
    for (const one of auxiliaries) one.updated?.(trunk, helped!.params.tree.heads[one.name]!);
  };
  tell();
  const arrays = (): Record<string, Float32Array> => ({
    ...controlled.arrays("control"),
    ...helped?.arrays("auxiliary"),
    ...(fixed && { "trunk/params": fixed.data }),
  });
  return {
    trunk,
    control: controlled.params.tree.head,
    moving: controlled.params.tree,
    gradient: controlled.gradient.tree,
    still: stopGradient ? trunk : [],
    advance(parts, values) {
      checkFinite(parts, values, controlled.steps);
      controlled.advance(maxGradientNorm);
    },
    async learnAuxiliaries({ feeds, sight, taken, alive }) {
      if (helped === undefined) return {};
      if (ownTrunk) copy(ownTrunk, helped.params.tree.trunk);
      const batch = { sight, taken, alive, feeds } as unknown as Tree<NDArray>;
      await auxiliaryStep.into({ losses, gradient: helped.gradient.tree }, helped.params.tree, batch);
      checkFinite(names, losses, helped.steps);
      helped.advance(NO_LIMIT);
      if (ownTrunk) copy(helped.params.tree.trunk, ownTrunk);
      tell();
      return Object.fromEntries(names.map((name, i) => [name, losses.data[i]!]));
    },
    save: () => ({
      arrays: arrays(),
      state: { control: controlled.steps, auxiliary: helped?.steps ?? 0 },
    }),
    load(saved) {
      for (const [name, into] of Object.entries(arrays())) into.set(saved.arrays[name]!);
      const steps = saved.state as { control: number; auxiliary: number };
      controlled.steps = steps.control;
      if (helped) helped.steps = steps.auxiliary;
    },
    dispose: () => auxiliaryStep.dispose(),
  };
}

/** Parameters in the memory of their optimiser. */
interface Trained<P extends Tree<NDArray>> {
  readonly params: Flat<P>;
  readonly gradient: Flat<P>;
  /** Steps so far. */
  steps: number;
  /** One step, with a gradient of at most this norm. */
  advance(limit: number): void;
  arrays(prefix: string): Record<string, Float32Array>;
}

function trained<P extends Tree<NDArray>>(tree: P, optimizer: Optimizer): Trained<P> {
  const update = fusedUpdate(optimizer, countOf(tree));
  const params = flatten(tree, update.param);
  const gradient = flatLike(tree, update.gradient);
  return {
    params,
    gradient,
    steps: 0,
    advance(limit) {
      clipByGlobalNorm(gradient.data, limit);
      update.update(++this.steps);
    },
    arrays: (prefix) => ({
      [`${prefix}/params`]: params.data,
      ...Object.fromEntries(
        Object.entries(update.slots).map(([name, data]) => [`${prefix}/slots/${name}`, data]),
      ),
    }),
  };
}

function copy(from: Tree<NDArray>, to: Tree<NDArray>): void {
  const target = leaves<NDArray>(to);
  for (const [i, { data }] of leaves<NDArray>(from).entries()) target[i]!.data.set(data);
}

function checkFinite(names: readonly string[], { data }: NDArray, step: number): void {
  const wrong = names.findIndex((_, i) => !Number.isFinite(data[i]));
  if (wrong < 0) return;
  throw new RlGvfError(
    "non-finite",
    `The loss "${names[wrong]}" is ${data[wrong]} after ${step} gradient steps: lower the learning rate or scale the rewards.`,
    { loss: names[wrong], step },
  );
}
