import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import {
  array,
  type Compiled,
  compile,
  compileStages,
  gradients,
  type NDArray,
  type Stages,
  type Tree,
} from "../graph/index.ts";
import { clipByGlobalNorm } from "../optimize/clip.ts";
import { type Flat, flatLike } from "./flat.ts";
import { hostView } from "./host-view.ts";
import type { Learner, LearnerOptions, Seen, SplitFunction, SplitStep } from "./learner.ts";
import { weightedForward } from "./loss.ts";
import type { Host, Params, ParamsTensors } from "./model.ts";

const scalars = (count: number): NDArray[] =>
  Array.from({ length: count }, () => ({ dtype: "float32", shape: [], data: new Float32Array(1) }));
const valuesOf = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);

/** Gradients come to the host's memory, where the optimiser is one fused pass. */
export class HostLearner<B> implements Learner<B> {
  readonly keeps = false;
  readonly #options: LearnerOptions<B>;
  readonly #gradient: Flat<Params>;
  readonly #out: { losses: NDArray[]; counts: NDArray[] };
  readonly #weights: NDArray[];
  readonly #weighted: Compiled;
  readonly #views: (Compiled | Stages)[] = [];

  constructor(options: LearnerOptions<B>) {
    const { tasks, params, update } = options;
    this.#options = options;
    this.#gradient = flatLike(params.tree, update.gradient);
    this.#out = { losses: scalars(tasks.length), counts: scalars(tasks.length) };
    this.#weights = scalars(tasks.length);
    this.#weighted = compile(
      ((p: ParamsTensors, batch: B, weights: Scalar[]) => {
        const { losses, counts, total } = weightedForward(options, p, batch, weights);
        return { losses, counts, gradients: gradients([total], p)[0]! };
      }) as never,
      options.compile,
    );
  }

  async step(
    batch: Host<B>,
    weights: readonly number[],
    t: number,
    check: (seen: Seen) => void,
  ): Promise<Seen> {
    const { params } = this.#options;
    weights.forEach((weight, k) => {
      this.#weights[k]!.data[0] = weight;
    });
    const out = { ...this.#out, gradients: this.#gradient.tree };
    await this.#weighted.into(out as Tree<NDArray>, params.tree, batch as Tree<NDArray>, this.#weights);
    const seen = { losses: valuesOf(this.#out.losses), counts: valuesOf(this.#out.counts) };
    check(seen);
    this.#advance(t);
    return seen;
  }

  split(f: SplitFunction): SplitStep {
    const { params, tasks, compile: options } = this.#options;
    const weightsLast = (p: ParamsTensors, ...rest: never[]) =>
      f(p, rest.at(-1) as unknown as Tensor1D, ...rest.slice(0, -1));
    const stages = compileStages(weightsLast as never, { shape: [tasks.length] }, options);
    this.#views.push(stages);
    return {
      look: (...args) => stages.first(params.tree, ...args),
      step: async (weights, t) => {
        await stages.second(this.#gradient.tree, array(weights));
        this.#advance(t);
      },
    };
  }

  /** Along the gradient that lies there. */
  #advance(t: number): void {
    const { update, maxGradientNorm } = this.#options;
    if (maxGradientNorm !== undefined) clipByGlobalNorm(this.#gradient.data, maxGradientNorm);
    update.update(t);
  }

  view(f: (params: ParamsTensors, ...args: never[]) => unknown): Compiled {
    const { params, compile: options } = this.#options;
    const compiled = hostView(params.tree, f, options);
    this.#views.push(compiled);
    return compiled;
  }

  async sync(): Promise<void> {}

  async dispose(): Promise<void> {
    for (const compiled of [this.#weighted, ...this.#views]) await compiled.dispose();
  }
}
