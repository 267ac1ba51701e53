import type { Compiled } from "../graph/index.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Random } from "../random.ts";
import type { Moment, StepReport } from "../train/driver.ts";
import type { Seen } from "../train/learner.ts";
import type { Host, Model, Params } from "../train/model.ts";
import type { Task } from "../train/task.ts";
import type { Paper, Verified } from "../weighting/weighting.ts";
import type { Replica } from "./inner/replica.ts";

/** Plain JSON. */
export type Setting =
  | null
  | boolean
  | number
  | string
  | readonly Setting[]
  | { readonly [name: string]: Setting };

/** Held-out batches. */
export interface HeldOut<B> {
  /** The next one, shuffled, pass after pass; where it stands is in checkpoints. */
  next(): Host<B>;
  /** One pass in fixed order. */
  all(): Iterable<Host<B>>;
}

/** What a procedure works with. */
export interface Setup<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  /** Index of the primary task. */
  readonly primary: number;
  readonly optimizer: Optimizer;
  /** The run's parameters: what is evaluated, selected and returned. They hold the values of before the first step, or of a checkpoint. */
  readonly main: Replica<Params>;
  /**
   * Paths of parts that keep their parameters. The gradients of `model` are zero there and the optimiser of `main` leaves them alone; copies
   * are made with {@link copyOf}.
   */
  readonly frozen: readonly string[];
  /** Gradients of a step whose Euclidean norm is greater are scaled down to it; see {@link advance}. */
  readonly maxGradientNorm?: number;
  /** Absent where the run has no held-out batches. */
  readonly dev?: HeldOut<B>;
  /** The procedure's own stream; its state is in checkpoints. */
  readonly random: Random;
  /** The stream of dropout masks. A pass that must see the masks of another puts its state back. */
  readonly masks: Random;
  /** Compiles a function of tensors, which draws its masks from `masks`. Call it while opening: what is compiled lives as long as the run. */
  compile(f: (...args: never[]) => unknown): Compiled;
  /**
   * Takes over the losses of a training batch as the latest known. To be called before anything is changed.
   *
   * @throws OutriggerError "non-finite" for a loss that is not finite, naming task and step
   */
  check(seen: Seen, step: number): void;
}

/** What a step did, and what is remembered of it. */
export interface Stepped<S> extends Pick<StepReport, "losses" | "counts" | "weights"> {
  readonly state: S;
}

/** A procedure at work. */
export interface Opened<B, S> {
  /** Every array that it keeps from step to step besides `main`, by name. Checkpoints hold them; they may be overwritten before the first step. */
  readonly memory: Readonly<Record<string, Float32Array>>;
  /** One step on a training batch. Changes `main` and `memory` in place. */
  step(batch: Host<B>, at: Moment, state: S): Promise<Stepped<S>>;
}

/** Passes over a batch of the model with all its heads. */
export interface Passes {
  readonly forward: number;
  /** From the losses to all parameters. The derivative of a backward pass in some direction counts as one more. */
  readonly backward: number;
}

/**
 * A method that owns the step: it may look where other steps would lead, keep several copies of the parameters, or learn networks of its
 * own. A procedure is a value; what it remembers is its state, plain JSON that is replaced, and the arrays it lists as `memory`.
 * Parameters stay on the host; the device gets them with every call.
 */
export interface Procedure<S = unknown> {
  /** Short name for tables. */
  readonly name: string;
  /** Null for procedures that nobody published. */
  readonly paper: Paper | null;
  /** What its numbers were compared with. */
  readonly verified?: Verified;
  /**
   * Its options by name, defaults filled in: a checkpoint is continued under the same ones only. Optimisers and layers go in as what
   * describes them (`describeOptimizer`, `shapesOf`); of functions nothing can be said.
   */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Some steps train some tasks only: an epoch may leave one out. */
  readonly sampled?: true;
  /** The state before the first step. */
  init(tasks: number, primary: number): S;
  /** Makes its arrays and says what is to be compiled. Nothing runs before the first step. */
  open<B>(setup: Setup<B>): Opened<B, S>;
  /**
   * What a step takes on average, as passes over a training batch; one over a held-out batch counts as much. Passes through networks of the
   * procedure's own are not in it. A backward pass takes about two forward ones, so that a step of uniform weights takes 3 and this is
   * (forward + 2 backward) / 3 of these. A test counts the multiplications.
   *
   * @param run tasks, and batches of the held-out data
   */
  readonly passes: (run: { readonly tasks: number; readonly heldOut: number }) => Passes;
}
