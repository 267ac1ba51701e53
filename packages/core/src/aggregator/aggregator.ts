import type { Random } from "../random.ts";
import type { Paper, Verified } from "../weighting/weighting.ts";

/** What the gradients of a run look like. */
export interface Shape {
  /** T. */
  readonly tasks: number;
  /** Index of the primary task. */
  readonly primary: number;
  /** Sizes of the trunk's layers: the entries of its outermost list or record that hold parameters, in the order of rows. They sum to P. */
  readonly layers: readonly number[];
}

/** One step as an aggregator sees it: T gradients of the P trunk parameters. */
export interface Rows {
  /** Training step, from 0. */
  readonly step: number;
  /** Pass over the training data, from 0. */
  readonly epoch: number;
  /** One loss a task. */
  readonly losses: readonly number[];
  /** Index of the primary task. */
  readonly primary: number;
  /** T rows of P numbers; a task without a label in the batch has zeros. Not to be changed. */
  readonly gradients: readonly Float32Array[];
  /** P numbers for the answer, with anything in them before. */
  readonly direction: Float32Array;
  /** What {@link Aggregator.memory} asked for. To be changed in place. */
  readonly memory: Readonly<Record<string, Float32Array>>;
}

/** What an aggregator says besides the direction. */
export interface Aggregated<S> {
  readonly state: S;
  /** T numbers for the history: how much each task counted. Default: 1 each. */
  readonly weights?: readonly number[];
  /** T factors of the heads' own gradients. Default: 1 each. */
  readonly heads?: readonly number[];
}

/**
 * A rule that needs whole gradients: T rows in, the direction of the trunk out, written into `direction`. An aggregator is a value;
 * what it remembers is its state, plain JSON that is replaced, and its memory, large arrays that are changed in place and kept in
 * checkpoints as they are. It changes nothing else, and draws from `random` only.
 */
export interface Aggregator<S = unknown> {
  /** Short name for tables. */
  readonly name: string;
  /** Null for rules that nobody published. */
  readonly paper: Paper | null;
  /** What its numbers were compared with. */
  readonly verified?: Verified;
  /** The state before the first step. */
  init(shape: Shape): S;
  /** Lengths of the float32 arrays to remember, by name; they hold zeros before the first step. Default: none. */
  memory?(shape: Shape): Readonly<Record<string, number>>;
  aggregate(rows: Rows, state: S, random: Random): Aggregated<S>;
}

/** P. */
export const parametersOf = ({ layers }: Shape): number => layers.reduce((sum, size) => sum + size, 0);
