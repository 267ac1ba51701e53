import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { type Compiled, type CompileOptions, chooseDevice, type NDArray, type Tree } from "../graph/index.ts";
import type { FusedUpdate, Range } from "../optimize/fused-update.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Descent } from "./descent.ts";
import { DeviceLearner } from "./device-learner.ts";
import type { Flat } from "./flat.ts";
import { HostLearner } from "./host-learner.ts";
import type { Host, Model, Params, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

export interface LearnerOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly optimizer: Optimizer;
  /** Parameters on the host, in the memory of `update`. */
  readonly params: Flat<Params>;
  /** Keeps what is `frozen` as it is. */
  readonly update: FusedUpdate;
  /** Parts of the parameters' vector that do not move. */
  readonly frozen: readonly Range[];
  readonly maxGradientNorm?: number;
  /** How many steps may be one native call. */
  readonly stepsPerCall: number;
  readonly compile: CompileOptions;
}

/** What a step saw, in the order of the tasks. */
export interface Seen {
  readonly losses: readonly number[];
  readonly counts: readonly number[];
  /** What the {@link Descent} tells besides. */
  readonly told?: readonly number[];
}

/** What is shown before the host gives its numbers, and the gradient that they make. */
export type SplitFunction = (
  params: ParamsTensors,
  given: Tensor1D,
  ...args: never[]
) => readonly [shown: Tree<Tensor>, gradient: ParamsTensors];

/** A step in two native calls that do the work of one. */
export interface SplitStep {
  /** Undefined, and nothing has run, where too much would have to be kept between the calls. */
  look(...args: Tree<NDArray>[]): Promise<Tree<NDArray> | undefined>;
  /** Goes along the gradient of what was looked at last, as the optimiser's step `t` = 1, 2, …. */
  step(given: readonly number[], t: number): Promise<void>;
}

/** Where parameters and slots are changed: on the host, or in a graph that keeps them. */
export interface Learner<B> {
  /** Whether the parameters are elsewhere than on the host. */
  readonly keeps: boolean;
  /**
   * Makes a {@link Descent}, as the optimiser's step `t` = 1, 2, ….
   *
   * @param given what the host gives it: the weights
   * @param check sees losses and counts; when it throws, parameters and slots are those of before
   */
  step(batch: Host<B>, given: readonly number[], t: number, check: (seen: Seen) => void): Promise<Seen>;
  /**
   * Several steps in one native call, with what is given to each; the first is the optimiser's step `t`.
   *
   * @returns what each step saw; undefined when they must be taken one by one, because the batches differ in shape or something was
   *   not finite: then nothing has changed
   */
  together?(
    batches: readonly Host<B>[],
    given: readonly (readonly number[])[],
    t: number,
  ): Promise<Seen[] | undefined>;
  /** Compiles a step that looks before it goes. */
  split?(f: SplitFunction): SplitStep;
  /** Compiles `f(params, ...args)`. */
  view(f: (params: ParamsTensors, ...args: never[]) => unknown): Compiled;
  /** Brings parameters and slots on the host up to date. */
  sync(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Opens the device of the options. Where it keeps values, or several steps are one call, the optimiser is part of the graph and nothing
 * but losses comes to the host; elsewhere gradients do, and the optimiser is one pass over memory there.
 */
export async function openLearner<B>(options: LearnerOptions<B>, descent: Descent<B>): Promise<Learner<B>> {
  const { keeps } = await chooseDevice(options.compile);
  const Kind = keeps || options.stepsPerCall > 1 ? DeviceLearner : HostLearner;
  return new Kind(options, descent);
}
