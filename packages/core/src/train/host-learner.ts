import type { Scalar } from "@tensorflow/tfjs";
import { type Compiled, compile, gradients, type NDArray, type Tree } from "../graph/index.ts";
import { clipByGlobalNorm } from "../optimize/clip.ts";
import { type Flat, flatLike } from "./flat.ts";
import { hostView } from "./host-view.ts";
import type { Learner, LearnerOptions, Seen } from "./learner.ts";
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
  readonly #views: Compiled[] = [];

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
    const { params, update, maxGradientNorm } = this.#options;
    weights.forEach((weight, k) => {
      this.#weights[k]!.data[0] = weight;
    });
    const out = { ...this.#out, gradients: this.#gradient.tree };
    await this.#weighted.into(out as Tree<NDArray>, params.tree, batch as Tree<NDArray>, this.#weights);
    const seen = { losses: valuesOf(this.#out.losses), counts: valuesOf(this.#out.counts) };
    check(seen);
    if (maxGradientNorm !== undefined) clipByGlobalNorm(this.#gradient.data, maxGradientNorm);
    update.update(t);
    return seen;
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
