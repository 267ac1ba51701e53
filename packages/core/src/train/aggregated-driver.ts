import type { Aggregator, Shape } from "../aggregator/aggregator.ts";
import type { Random } from "../random.ts";
import { gramOf, norm } from "../solve/rows.ts";
import type { Driver, DriverState, Moment, StepReport, Watched } from "./driver.ts";
import { type KnownLosses, notFinite } from "./known-losses.ts";
import type { LearnerOptions } from "./learner.ts";
import type { Host } from "./model.ts";
import { RowLearner } from "./row-learner.ts";

export interface AggregatedOptions<B> {
  readonly aggregator: Aggregator;
  readonly shape: Shape;
  /** The aggregator's own arrays. */
  readonly memory: Readonly<Record<string, Float32Array>>;
  readonly random: Random;
  readonly known: KnownLosses;
  readonly learning: LearnerOptions<B>;
}

/** Steps of an aggregator: one native call for all gradients, which it combines on the host. */
export class AggregatedDriver<B> implements Driver<B> {
  readonly #options: AggregatedOptions<B>;
  #learner: RowLearner<B> | undefined;
  #state: unknown;

  constructor(options: AggregatedOptions<B>) {
    this.#options = options;
    this.#state = options.aggregator.init(options.shape);
  }

  get state(): DriverState {
    return { method: this.#state };
  }

  set state({ method }: DriverState) {
    this.#state = method;
  }

  async run(batch: Host<B>, at: Moment, watched = false): Promise<StepReport> {
    const { aggregator, memory, random, known, learning } = this.#options;
    const learner = await this.opened();
    let weights: readonly number[] = learning.tasks.map(() => 1);
    let seen: Watched | undefined;
    const { losses, counts } = await learner.step(
      batch,
      at.step + 1,
      (seen) => known.learn(seen, at.step),
      (_seen, gradients, direction) => {
        if (watched) seen = { step: at.step, gram: gramOf(gradients) };
        const rows = { ...at, losses: known.values, gradients, direction, memory };
        const said = aggregator.aggregate(rows, this.#state, random);
        if (![...(said.heads ?? []), norm(direction)].every(Number.isFinite)) {
          const what = `The aggregator "${aggregator.name}" gave a direction or a factor that is not finite`;
          throw notFinite(what, { step: at.step, method: aggregator.name });
        }
        this.#state = said.state;
        weights = said.weights ?? weights;
        return said.heads;
      },
    );
    return { losses, counts, weights, ...(seen && { watched: seen }) };
  }

  async together(): ReturnType<Driver<B>["together"]> {
    return { count: 1 };
  }

  async opened(): Promise<RowLearner<B>> {
    this.#learner ??= new RowLearner(this.#options.learning);
    return this.#learner;
  }

  /** Parameters never leave the host. */
  async sync(): Promise<void> {}

  async yield(): Promise<void> {}

  async dispose(): Promise<void> {
    await this.#learner?.dispose();
  }
}
