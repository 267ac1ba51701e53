import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree } from "../graph/array.ts";
import {
  array,
  type Compiled,
  compileStateful,
  type NDArray,
  type Stateful,
  type StatefulCall,
  scan,
  type Tree,
} from "../graph/index.ts";
import { gradientNotFinite } from "../optimize/clip.ts";
import { tensorUpdate } from "../optimize/tensor-update.ts";
import type { Descent } from "./descent.ts";
import type { Learner, LearnerOptions, Seen } from "./learner.ts";
import type { Host, ParamsTensors } from "./model.ts";
import { stack } from "./stack.ts";

/** Parameters and slots as one vector each: an optimiser's ops then are a dozen kernels, not a dozen a parameter. */
type State = { readonly param: NDArray; readonly slot: Readonly<Record<string, NDArray>> };
type StateTensors = { readonly param: Tensor1D; readonly slot: Record<string, Tensor> };

/** What comes to the host: scalars of one step, or vectors with one element a step. */
interface Out<T> {
  readonly losses: readonly T[];
  readonly counts: readonly T[];
  readonly norm?: T;
  /** A vector, or one a step. */
  readonly told?: T;
}

/** Per step: a batch, what the descent is given and the optimiser's numbers. */
interface StepInput<B> {
  readonly batch: B;
  readonly given: Tensor1D;
  readonly scalars: Tensor1D;
}

/** The elements of a vector as scalars. */
const scalarsOf = (vector: Tensor1D, count: number): Scalar[] =>
  Array.from({ length: count }, (_, i) => tf.reshape(tf.slice(vector, [i], [1]), []) as Scalar);

/** One vector of all. */
function joined(tensors: readonly Tensor[]): Tensor1D {
  const parts = tensors.map((tensor) => tf.reshape(tensor, [-1]) as Tensor1D);
  return parts.length === 1 ? parts[0]! : tf.concat(parts);
}

/** The vector of the parameters with some of them replaced. */
function settledIn(params: ParamsTensors, old: Tree<Tensor>, settled: Tree<Tensor>): Tensor1D {
  const values = leaves<Tensor>(settled);
  const replaced = new Map(leaves<Tensor>(old).map((tensor, i) => [tensor, values[i]!]));
  return joined(leaves<Tensor>(params).map((tensor) => replaced.get(tensor) ?? tensor));
}

function seenAt({ losses, counts, told }: Out<NDArray>, step: number): Seen {
  const length = told?.shape.at(-1) ?? 0;
  return {
    losses: losses.map(({ data }) => data[step]!),
    counts: counts.map(({ data }) => data[step]!),
    ...(told && { told: [...told.data.subarray(step * length, (step + 1) * length)] }),
  };
}

/** What is new where `moves` says so, one value for all or one a parameter. */
function kept(moves: Tensor, after: StateTensors, before: StateTensors): StateTensors {
  const choose = (a: Tensor, b: Tensor): Tensor => tf.where(tf.broadcastTo(moves, b.shape), a, b);
  const slots = Object.entries(before.slot).map(([name, was]) => [name, choose(after.slot[name]!, was)]);
  return { param: choose(after.param, before.param) as Tensor1D, slot: Object.fromEntries(slots) };
}

/** The optimiser is part of the graph; parameters and slots stay on the device from step to step. Several steps may be one call. */
export class DeviceLearner<B> implements Learner<B> {
  readonly keeps = true;
  readonly #options: LearnerOptions<B>;
  readonly #descent: Descent<B>;
  readonly #names: readonly string[];
  readonly #step: Stateful<State>;
  /** By the number of steps. */
  readonly #together = new Map<number, StatefulCall>();

  constructor(options: LearnerOptions<B>, descent: Descent<B>) {
    const { params, update, optimizer } = options;
    this.#options = options;
    this.#descent = descent;
    this.#names = Object.keys(optimizer.scalars(1));
    const slot = Object.fromEntries(Object.entries(update.slots).map(([name, data]) => [name, array(data)]));
    const state: State = { param: array(params.data), slot };
    this.#step = compileStateful(
      (before: StateTensors, input: StepInput<B>) => {
        const { state, sound, out } = this.#next(before, input);
        // A step that ends in an error must not have changed anything: what is replayed to find its cause is the state of before.
        return { state: kept(sound, state, before), out: out as unknown as Tree<Tensor> };
      },
      state,
      options.compile,
    );
  }

  async step(
    batch: Host<B>,
    given: readonly number[],
    t: number,
    check: (seen: Seen) => void,
  ): Promise<Seen> {
    const out = (await this.#step(this.#input(batch, given, t))) as unknown as Out<NDArray>;
    const seen = seenAt(out, 0);
    check(seen);
    if (out.norm && !Number.isFinite(out.norm.data[0])) throw gradientNotFinite();
    return seen;
  }

  async together(
    batches: readonly Host<B>[],
    given: readonly (readonly number[])[],
    t: number,
  ): Promise<Seen[] | undefined> {
    const inputs = stack(batches.map((batch, i) => this.#input(batch, given[i]!, t + i)));
    if (inputs === undefined) return undefined;
    const call = this.#together.get(batches.length) ?? this.#step.another(this.#several);
    this.#together.set(batches.length, call);
    const { sound, ...out } = (await call(inputs)) as unknown as Out<NDArray> & { sound: NDArray };
    return sound.data[0] === 1 ? batches.map((_, i) => seenAt(out, i)) : undefined;
  }

  view(f: (params: ParamsTensors, ...args: never[]) => unknown): Compiled {
    return this.#step.view(((state: StateTensors, ...args: never[]) =>
      f(this.#split(state.param), ...args)) as never);
  }

  async sync(): Promise<void> {
    const { params, update } = this.#options;
    const { param, slot } = await this.#step.read();
    params.data.set(param.data);
    for (const [name, data] of Object.entries(update.slots)) data.set(slot[name]!.data);
  }

  dispose(): Promise<void> {
    return this.#step.dispose();
  }

  #input(batch: Host<B>, given: readonly number[], t: number): Tree<NDArray> {
    const scalars = this.#options.optimizer.scalars(t);
    const numbers = this.#names.map((name) => scalars[name]!);
    return { batch: batch as Tree<NDArray>, given: array(given), scalars: array(numbers) };
  }

  /** All steps or none: where one is not sound, nothing changes, and they can be taken again one by one. */
  readonly #several = (before: StateTensors, inputs: Tree<Tensor>) => {
    const { state, out } = scan(
      (s, x) => {
        const made = this.#next(s as unknown as StateTensors, x as unknown as StepInput<B>);
        return { state: made.state, out: { ...made.out, sound: tf.cast(made.sound, "float32") } } as never;
      },
      before as unknown as Tree<Tensor>,
      inputs,
    );
    const { sound, ...seen } = out as unknown as Out<Tensor> & { sound: Tensor };
    const all = tf.min(sound);
    const after = kept(tf.cast(all, "bool"), state as unknown as StateTensors, before);
    return { state: after, out: { ...seen, sound: all } as unknown as Tree<Tensor> };
  };

  /** Which parameters are not frozen. */
  #trains(): Tensor1D {
    const { params, frozen } = this.#options;
    const trains = new Uint8Array(params.data.length).fill(1);
    for (const [from, to] of frozen) trains.fill(0, from, to);
    return tf.tensor1d(trains, "bool");
  }

  /** The leaves of the parameters, cut out of their vector. */
  #split(vector: Tensor1D): ParamsTensors {
    let offset = 0;
    return mapTree<NDArray, Tensor>(this.#options.params.tree, ({ shape, data }) => {
      const leaf = tf.reshape(tf.slice(vector, [offset], [data.length]), [...shape]);
      offset += data.length;
      return leaf;
    }) as ParamsTensors;
  }

  /** One step, sound or not. */
  #next(
    { param, slot }: StateTensors,
    { batch, given, scalars }: StepInput<B>,
  ): { state: StateTensors; sound: Tensor; out: Out<Tensor> } {
    const { optimizer, maxGradientNorm: limit, frozen } = this.#options;
    const descent = this.#descent;
    const params = this.#split(param);
    const found = descent.record(params, batch, scalarsOf(given, descent.given));
    const { losses, counts, total, told } = found;
    const raw = joined(leaves<Tensor>(found.gradients));
    const norm = limit === undefined ? undefined : tf.sqrt<Scalar>(tf.sum(tf.square(raw)));
    const gradient = norm ? tf.mul(raw, tf.minimum(1, tf.div(limit!, tf.maximum(norm, limit!)))) : raw;
    const scalar = Object.fromEntries(
      scalarsOf(scalars, this.#names.length).map((value, i) => [this.#names[i]!, value]),
    );
    const from = found.settled ? settledIn(params, descent.settles!<Tensor>(params), found.settled) : param;
    const moved = tensorUpdate(optimizer, { param: from, gradient, slot, scalar }) as StateTensors;
    const state = frozen.length > 0 ? kept(this.#trains(), moved, { param, slot }) : moved;
    const sound = tf.isFinite(norm ? tf.add(total, norm) : total);
    return { state, sound, out: { losses, counts, ...(norm && { norm }), ...(told && { told }) } };
  }
}
