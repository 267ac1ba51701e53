import type { Scalar, Tensor1D } from "@tensorflow/tfjs";
import {
  array,
  type Compiled,
  compile,
  compileStages,
  leaves,
  type NDArray,
  type Stages,
  type Tree,
} from "../graph/index.ts";
import { clipByGlobalNorm } from "../optimize/clip.ts";
import type { Descent } from "./descent.ts";
import { type Flat, flatLike } from "./flat.ts";
import { hostView } from "./host-view.ts";
import type { Learner, LearnerOptions, Seen, SplitFunction, SplitStep } from "./learner.ts";
import type { Host, Params, ParamsTensors } from "./model.ts";
import { scalars, valuesOf } from "./scalars.ts";

/** Gradients come to the host's memory, where the optimiser is one fused pass. */
export class HostLearner<B> implements Learner<B> {
  readonly keeps = false;
  readonly #options: LearnerOptions<B>;
  readonly #gradient: Flat<Params>;
  readonly #out: { losses: NDArray[]; counts: NDArray[]; told: NDArray[]; settled: Tree<NDArray> };
  /** Where `settled` goes. */
  readonly #settles: Tree<NDArray>;
  readonly #given: NDArray[];
  readonly #descent: Compiled;
  readonly #views: (Compiled | Stages)[] = [];

  constructor(options: LearnerOptions<B>, descent: Descent<B>) {
    const { tasks, params, update } = options;
    this.#options = options;
    this.#gradient = flatLike(params.tree, update.gradient);
    const [losses, counts] = [scalars(tasks.length), scalars(tasks.length)];
    this.#settles = descent.settles?.<NDArray>(params.tree) ?? [];
    const settled = flatLike(this.#settles).tree;
    const told = descent.told ? [array(new Float32Array(descent.told))] : [];
    this.#out = { losses, counts, told, settled };
    this.#given = scalars(descent.given);
    this.#descent = compile(
      ((p: ParamsTensors, batch: B, given: Scalar[]) => {
        const { losses, counts, told, settled = [], gradients } = descent.record(p, batch, given);
        return { losses, counts, told: told ? [told] : [], settled, gradients };
      }) as never,
      options.compile,
    );
  }

  async step(
    batch: Host<B>,
    given: readonly number[],
    t: number,
    check: (seen: Seen) => void,
  ): Promise<Seen> {
    const { params } = this.#options;
    given.forEach((value, i) => {
      this.#given[i]!.data[0] = value;
    });
    const out = { ...this.#out, gradients: this.#gradient.tree };
    await this.#descent.into(out as Tree<NDArray>, params.tree, batch as Tree<NDArray>, this.#given);
    const { losses, counts, told } = this.#out;
    const seen = {
      losses: valuesOf(losses),
      counts: valuesOf(counts),
      ...(told[0] && { told: [...told[0].data] }),
    };
    check(seen);
    this.#advance(t, leaves<NDArray>(this.#out.settled));
    return seen;
  }

  split(f: SplitFunction): SplitStep {
    const { params, compile: options } = this.#options;
    const givenLast = (p: ParamsTensors, ...rest: never[]) =>
      f(p, rest.at(-1) as unknown as Tensor1D, ...rest.slice(0, -1));
    const stages = compileStages(givenLast as never, { shape: [this.#given.length] }, options);
    this.#views.push(stages);
    return {
      look: (...args) => stages.first(params.tree, ...args),
      step: async (given, t) => {
        await stages.second(this.#gradient.tree, array(given));
        this.#advance(t);
      },
    };
  }

  /** Along the gradient that lies there, and what is settled to where it goes. */
  #advance(t: number, settled: readonly NDArray[] = []): void {
    const { update, maxGradientNorm } = this.#options;
    if (maxGradientNorm !== undefined) clipByGlobalNorm(this.#gradient.data, maxGradientNorm);
    const settles = leaves<NDArray>(this.#settles);
    for (const [i, { data }] of settled.entries()) settles[i]!.data.set(data);
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
    for (const compiled of [this.#descent, ...this.#views]) await compiled.dispose();
  }
}
