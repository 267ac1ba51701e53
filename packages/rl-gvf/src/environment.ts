/** What an environment says after an action, in Gymnasium's terms. */
export interface Transition {
  readonly reward: number;
  /** The task ended: the value of what follows is 0. */
  readonly terminated: boolean;
  /** The episode was cut off, by a time limit or from outside: what follows has a value, which is bootstrapped. */
  readonly truncated: boolean;
}

/** Where observations are written. */
export type ObservationBuffer = Uint8Array | Float32Array | Float64Array;

/** What an observation looks like. */
export interface ObservationSpace {
  /** Row-major, without a batch axis; an image is [height, width, channels]. */
  readonly shape: readonly number[];
  /** `uint8`: whole numbers in 0 … 255, which any buffer holds. `float32`: others; a Uint8Array would cut them. */
  readonly dtype: "uint8" | "float32";
  /** The smallest and the largest value that occurs. */
  readonly low: number;
  readonly high: number;
  /** Names along the last axis, where it has any. */
  readonly channels?: readonly string[];
}

/**
 * What an environment draws from: a stream of `Random` (`@outrigger/core/random`), or a recording of another program's draws.
 * The state is plain JSON and is saved with the environment.
 */
export interface RandomSource {
  state: number[];
  /** In [0, 1). */
  uniform(): number;
  /** In 0 … n - 1. */
  integer(n: number): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * One environment. It changes in place; its whole state, that of its random source included, goes through `save` and `load` as
 * plain JSON, and an environment that was loaded continues bit for bit.
 */
export interface Environment<State = unknown> {
  readonly name: string;
  readonly observation: ObservationSpace;
  /** What each action is called; an action is an index into this list. */
  readonly actions: readonly string[];
  /** Starts an episode. An environment just made is already at the start of one. */
  reset(): void;
  /**
   * Takes one action. After the end of an episode nothing changes: reward 0 and the flags of the end, until `reset`.
   *
   * @throws RlGvfError `bad-action` unless the action is an index into `actions`.
   */
  step(action: number): Transition;
  /** Writes the observation, as many values as the shape has, from `offset` on. */
  observe(out: ObservationBuffer, offset?: number): void;
  /** A copy of the state, plain JSON. */
  save(): State;
  /** Puts a saved state in place. */
  load(state: State): void;
}

/** How many values an observation has. */
export const observationSize = ({ shape }: ObservationSpace): number =>
  shape.reduce((size, extent) => size * extent, 1);
