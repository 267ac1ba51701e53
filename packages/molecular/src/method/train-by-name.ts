import { OutriggerError } from "@outrigger/core/error";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { Random } from "@outrigger/core/random";
import type { FitEvent } from "@outrigger/core/train/callback/event";
import { type FittedInStages, fitInStages } from "@outrigger/core/train/fit-in-stages";
import type { EpochRecord } from "@outrigger/core/train/history";
import { isProcedure } from "@outrigger/core/train/method";
import type { Batches, Host, Model } from "@outrigger/core/train/model";
import type { FitOptions } from "@outrigger/core/train/options";
import { type MethodContext, namedMethod } from "./methods.ts";

/** How to train by the name of a method; the rest is as in `fit`. */
export interface TrainByNameOptions<B>
  extends MethodContext,
    Omit<
      FitOptions<B>,
      "method" | "optimizer" | "train" | "validation" | "dev" | "epochs" | "start" | "keep"
    > {
  /** One of `METHODS`. */
  readonly method: string;
  /** Rows of the molecules that are trained on and selected on. */
  readonly rows: { readonly train: readonly number[]; readonly validation: readonly number[] };
  /** Batches of some rows. */
  readonly batches: (rows: readonly number[]) => Batches<Host<B>>;
  /** The optimiser of a stage with so many steps: rates fall from its beginning to its end. */
  readonly optimizer: (steps: number) => Optimizer;
  /** Hears everything that happens, and in which stage. */
  readonly onEvent?: (event: FitEvent, stage: StagePlace) => void;
}

/** Which stage of how many, from 1. */
export interface StagePlace {
  readonly name: string;
  readonly stage: number;
  readonly stages: number;
}

/** What was trained, and its epochs over all stages, numbered through. */
export interface TrainedByName<B> extends FittedInStages<B> {
  readonly epochs: readonly EpochRecord[];
}

/**
 * Molecules that learn weights instead of parameters: a share of the training rows, drawn by a stream of the seed, at least one; both
 * parts ascending.
 *
 * @throws OutriggerError `bad-data` when nothing would be left to train on
 */
export function holdOut(
  rows: readonly number[],
  share: number,
  seed: number,
): { readonly train: readonly number[]; readonly heldOut: readonly number[] } {
  if (share === 0) return { train: rows, heldOut: [] };
  const count = Math.max(1, Math.round(share * rows.length));
  if (count >= rows.length) {
    const said = `Of ${rows.length} training molecules ${count} would be held out, and none is left to train on. Choose a method that holds out none.`;
    throw new OutriggerError("bad-data", said, { rows: rows.length, share });
  }
  const order = Random.seeded(seed, "method/held-out").permutation(rows.length);
  const part = (places: readonly number[]): number[] => places.map((i) => rows[i]!).toSorted((a, b) => a - b);
  return { train: part(order.slice(count)), heldOut: part(order.slice(0, count)) };
}

/**
 * Trains a model by the name of a method: rules, procedures and schedules of several stages alike, each within the same number of epochs.
 *
 * A method that learns weights on held-out molecules gets a share of the training molecules for it and trains on the rest: no method sees
 * a label that another does not. Validation selects the epoch (of the last stage), and nothing else. With a `directory` a run that was
 * killed continues bit for bit; there every stage has its folder. A run that `signal` ended before its last stage was over says so in
 * `stopped`, whichever stage it was in.
 *
 * Cost: that of the method.
 *
 * @throws OutriggerError `bad-option` for an unknown method, or one that these tasks and epochs do not suffice for; and whatever
 * `fitInStages` throws.
 *
 * @example
 * const { params, epochs } = await trainByName(model, {
 *   method: "gradient-alignment", scale: 0.3, correlations, tasks, rows: split, batches, epochs: 50, patience: 12, seed: 0,
 *   optimizer: (steps) => adam({ learningRate: cosineDecay({ peak: 1e-3, steps }) }),
 * });
 */
export async function trainByName<B>(
  model: Model<B>,
  options: TrainByNameOptions<B>,
): Promise<TrainedByName<B>> {
  const {
    method,
    rows,
    batches,
    optimizer,
    correlations,
    scale,
    similarities,
    furtherTargets,
    onEvent,
    ...shared
  } = options;
  const { epochs, patience, diagnostics, ...rest } = shared;
  const named = namedMethod(method);
  const plan = named.plan({ correlations, epochs, scale, similarities, furtherTargets });
  const { train, heldOut } = holdOut(rows.train, named.heldOut, rest.seed);
  const training = batches(train);
  const dev = heldOut.length > 0 ? batches(heldOut) : undefined;
  const fitted = await fitInStages(model, {
    ...rest,
    train: training,
    validation: batches(rows.validation),
    optimizer: optimizer(epochs * training.size),
    stages: plan.map((stage, at) => ({
      name: stage.name,
      method: stage.method,
      epochs: stage.epochs,
      optimizer: optimizer(stage.epochs * training.size),
      ...(isProcedure(stage.method) && dev && { dev }),
      ...(stage.selects && patience !== undefined && { patience }),
      ...(stage.selects && diagnostics && { diagnostics }),
      ...(onEvent && {
        callbacks: [
          ...(rest.callbacks ?? []),
          (event: FitEvent) => onEvent(event, { name: stage.name, stage: at + 1, stages: plan.length }),
        ],
      }),
    })),
  });
  const stopped = fitted.stages.length < plan.length ? "signal" : fitted.stopped;
  return { ...fitted, stopped, epochs: numbered(fitted.stages.flatMap(({ history }) => history)) };
}

/** Epochs of all stages counted from the first one's beginning. */
const numbered = (history: readonly EpochRecord[]): EpochRecord[] =>
  history.map((record, epoch) => ({ ...record, epoch }));
