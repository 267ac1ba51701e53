import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type Compiled, compile, gradients, leaves, type NDArray, type Tree } from "../graph/index.ts";
import { clipByGlobalNorm } from "../optimize/clip.ts";
import { norm } from "../solve/rows.ts";
import { countOf, type Flat, flatLike } from "./flat.ts";
import { hostView } from "./host-view.ts";
import { notFinite } from "./known-losses.ts";
import type { LearnerOptions, Seen } from "./learner.ts";
import { weightedForward } from "./loss.ts";
import type { Host, Params, ParamsTensors } from "./model.ts";
import { scalars, valuesOf } from "./scalars.ts";

/** Writes the trunk's direction, and says what to multiply the heads' own gradients with. */
export type Combine = (
  seen: Seen,
  gradients: readonly Float32Array[],
  direction: Float32Array,
) => readonly number[] | undefined;

/**
 * One native call gives all losses, the trunk's gradients task by task, and the heads' own gradients; they are combined on the host,
 * where the optimiser is one pass over memory. On a GPU parameters go there and T × P numbers come back on every step.
 */
export class RowLearner<B> {
  readonly #options: LearnerOptions<B>;
  readonly #gradient: Flat<Params>;
  readonly #rows: readonly Flat<Tree<NDArray>>[];
  readonly #direction: Float32Array;
  readonly #out: { losses: NDArray[]; counts: NDArray[] };
  readonly #compiled: Compiled;
  readonly #views: Compiled[] = [];

  constructor(options: LearnerOptions<B>) {
    const { tasks, params, update } = options;
    this.#options = options;
    this.#gradient = flatLike(params.tree, update.gradient);
    const { trunk } = this.#gradient.tree;
    this.#rows = tasks.map(() => flatLike(trunk));
    // Leaves of one entry follow each other in the vector.
    const first = leaves<NDArray>(trunk)[0]?.data as Float32Array | undefined;
    this.#direction = first
      ? new Float32Array(first.buffer, first.byteOffset, countOf(trunk))
      : new Float32Array(0);
    this.#out = { losses: scalars(tasks.length), counts: scalars(tasks.length) };
    this.#compiled = compile(
      ((p: ParamsTensors, batch: B) => {
        const ones = tasks.map(() => tf.scalar(1));
        const { losses, counts, total } = weightedForward(options, p, batch, ones);
        const heads = gradients([total], p.heads as Tree<Tensor>)[0]!;
        return { losses, counts, rows: gradients(losses, p.trunk), heads };
      }) as never,
      options.compile,
    );
  }

  /**
   * One step, the optimiser's step `t` = 1, 2, ….
   *
   * @param combine sees losses, counts and finite gradients; when it throws, parameters and slots are those of before
   */
  async step(batch: Host<B>, t: number, check: (seen: Seen) => void, combine: Combine): Promise<Seen> {
    const { params, update, maxGradientNorm, tasks } = this.#options;
    const { heads } = this.#gradient.tree;
    const out = { ...this.#out, rows: this.#rows.map(({ tree }) => tree), heads };
    await this.#compiled.into(out as Tree<NDArray>, params.tree, batch as Tree<NDArray>);
    const seen = { losses: valuesOf(this.#out.losses), counts: valuesOf(this.#out.counts) };
    check(seen);
    const rows = this.#rows.map(({ data }) => data);
    tasks.forEach(({ name }, k) => {
      const own = leaves<NDArray>(heads[name] ?? []).map(({ data }) => data as Float32Array);
      if ([rows[k]!, ...own].every((data) => Number.isFinite(norm(data)))) return;
      throw notFinite(`The gradient of task "${name}" is not finite`, { task: name, step: t - 1 });
    });
    const factors = combine(seen, rows, this.#direction);
    factors?.forEach((factor, k) => {
      for (const { data } of leaves<NDArray>(heads[tasks[k]!.name] ?? [])) {
        for (let i = 0; i < data.length; i++) data[i]! *= factor;
      }
    });
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

  async dispose(): Promise<void> {
    for (const compiled of [this.#compiled, ...this.#views]) await compiled.dispose();
  }
}
