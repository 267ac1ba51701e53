import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree } from "../graph/array.ts";
import {
  array,
  type Compiled,
  compileStateful,
  gradients,
  type NDArray,
  type Stateful,
  type Tree,
} from "../graph/index.ts";
import { gradientNotFinite } from "../optimize/clip.ts";
import { tensorUpdate } from "../optimize/tensor-update.ts";
import type { Learner, LearnerOptions, Seen } from "./learner.ts";
import { weightedForward } from "./loss.ts";
import type { Host, ParamsTensors } from "./model.ts";

/** Parameters and slots as one vector each: an optimiser's ops then are a dozen kernels, not a dozen a parameter. */
type State = { readonly param: NDArray; readonly slot: Readonly<Record<string, NDArray>> };
type StateTensors = { readonly param: Tensor1D; readonly slot: Record<string, Tensor> };

interface Out {
  readonly losses: readonly NDArray[];
  readonly counts: readonly NDArray[];
  readonly norm?: NDArray;
}

/** The elements of a vector as scalars. */
const scalarsOf = (vector: Tensor1D, count: number): Scalar[] =>
  Array.from({ length: count }, (_, i) => tf.reshape(tf.slice(vector, [i], [1]), []) as Scalar);

const numbersOf = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);

/** The optimiser is part of the graph; parameters and slots stay on the device from step to step. */
export class DeviceLearner<B> implements Learner<B> {
  readonly #options: LearnerOptions<B>;
  readonly #names: readonly string[];
  readonly #step: Stateful<State>;

  constructor(options: LearnerOptions<B>) {
    const { params, update, optimizer } = options;
    this.#options = options;
    this.#names = Object.keys(optimizer.scalars(1));
    const slot = Object.fromEntries(Object.entries(update.slots).map(([name, data]) => [name, array(data)]));
    const state: State = { param: array(params.data), slot };
    this.#step = compileStateful(
      (s: StateTensors, batch: B, weights: Tensor1D, scalars: Tensor1D) =>
        this.#next(s, batch, weights, scalars),
      state,
      options.compile,
    );
  }

  async step(
    batch: Host<B>,
    weights: readonly number[],
    t: number,
    check: (seen: Seen) => void,
  ): Promise<Seen> {
    const scalars = this.#options.optimizer.scalars(t);
    const numbers = this.#names.map((name) => scalars[name]!);
    const result = await this.#step(batch as Tree<NDArray>, array(weights), array(numbers));
    const { losses, counts, norm } = result as unknown as Out;
    const seen = { losses: numbersOf(losses), counts: numbersOf(counts) };
    check(seen);
    if (norm && !Number.isFinite(norm.data[0])) throw gradientNotFinite();
    return seen;
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

  /** The leaves of the parameters, cut out of their vector. */
  #split(vector: Tensor1D): ParamsTensors {
    let offset = 0;
    return mapTree<NDArray, Tensor>(this.#options.params.tree, ({ shape, data }) => {
      const leaf = tf.reshape(tf.slice(vector, [offset], [data.length]), [...shape]);
      offset += data.length;
      return leaf;
    }) as ParamsTensors;
  }

  #next(
    { param, slot }: StateTensors,
    batch: B,
    weights: Tensor1D,
    scalars: Tensor1D,
  ): { state: Tree<Tensor>; out: Tree<Tensor> } {
    const { tasks, optimizer, maxGradientNorm: limit } = this.#options;
    const params = this.#split(param);
    const split = scalarsOf(weights, tasks.length);
    const { losses, counts, total } = weightedForward(this.#options, params, batch, split);
    const parts = leaves<Tensor>(gradients([total], params)[0]!).map((g) => tf.reshape(g, [-1]));
    const raw = parts.length === 1 ? parts[0]! : tf.concat(parts);
    const norm = limit === undefined ? undefined : tf.sqrt<Scalar>(tf.sum(tf.square(raw)));
    const gradient = norm ? tf.mul(raw, tf.minimum(1, tf.div(limit!, tf.maximum(norm, limit!)))) : raw;
    const scalar = Object.fromEntries(
      scalarsOf(scalars, this.#names.length).map((value, i) => [this.#names[i]!, value]),
    );
    const next = tensorUpdate(optimizer, { param, gradient, slot, scalar });
    // A step that ends in an error must not have changed anything: what is replayed to find its cause is the state of before.
    const sound = tf.isFinite(norm ? tf.add(total, norm) : total);
    const keep = (after: Tensor, before: Tensor): Tensor =>
      tf.where(tf.broadcastTo(sound, before.shape), after, before);
    const slots = Object.entries(next.slot).map(([name, after]) => [name, keep(after, slot[name]!)] as const);
    const state = { param: keep(next.param, param), slot: Object.fromEntries(slots) };
    return { state, out: { losses, counts, ...(norm ? { norm } : {}) } };
  }
}
