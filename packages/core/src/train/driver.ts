import type { View } from "../weighting/weighting.ts";
import type { AffinityMatrix } from "./diagnostics/affinity.ts";
import type { Learner } from "./learner.ts";
import type { LookState } from "./look.ts";
import type { Host } from "./model.ts";

/** What one step saw and did; lists are in the order of the tasks. */
export interface StepReport {
  readonly losses: readonly number[];
  readonly counts: readonly number[];
  readonly weights: readonly number[];
  /** Tasks that were left out because their loss was not finite; see `onNonFinite`. */
  readonly dropped?: readonly number[];
  /** Nothing was changed, because something was not finite; losses are the latest known, counts and weights 0. */
  readonly skipped?: true;
  /** Cosine of every task's gradient with the primary's, where inner products were computed; null for a zero gradient. */
  readonly cosines?: readonly (number | null)[];
  /** What diagnostics asked for. */
  readonly watched?: Watched;
}

/** What was looked at besides, before a step. */
export interface Watched {
  /** The step, from 0. */
  readonly step: number;
  /** T × T inner products of the trunk's gradients. */
  readonly gram?: readonly (readonly number[])[];
  readonly affinity?: { readonly matrix: AffinityMatrix; readonly learningRate: number };
}

/** When a step is taken, and for whom. */
export type Moment = Pick<View, "step" | "epoch" | "primary">;

/** What a method has learnt, and where the batches stand that it looks at. Plain JSON. */
export interface DriverState extends LookState {
  readonly method: unknown;
}

/** How methods of one kind make their steps. */
export interface Driver<B> {
  /** Values are replaced, never changed: a reference is a copy. */
  state: DriverState;
  /** Arrays that a method keeps from step to step, where its driver makes them. */
  readonly memory?: Readonly<Record<string, Float32Array>>;
  /**
   * One step. When it throws before the update, parameters and slots are those of before.
   *
   * @param watched whether the Gram matrix is wanted, also where the method needs none
   */
  run(batch: Host<B>, at: Moment, watched?: boolean): Promise<StepReport>;
  /**
   * The first few of several batches as one native call.
   *
   * @returns how many belong together, and their reports; without reports they must be taken one by one, and nothing has changed
   */
  together(
    batches: readonly Host<B>[],
    at: Moment,
  ): Promise<{ readonly count: number; readonly reports?: readonly StepReport[] }>;
  /** What runs on the parameters of this moment. */
  opened(): Promise<Pick<Learner<B>, "view">>;
  /** Brings parameters and slots on the host up to date. */
  sync(): Promise<void>;
  /** Lets another driver change the parameters: they are up to date on the host then, and the next step reads them there. */
  yield(): Promise<void>;
  dispose(): Promise<void>;
}
