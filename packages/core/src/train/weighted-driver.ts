import type { Random } from "../random.ts";
import type { View, Weighting } from "../weighting/weighting.ts";
import { lookAhead } from "./ahead.ts";
import type { Driver, DriverState, Moment, StepReport } from "./driver.ts";
import { cosinesOf } from "./gram-rows.ts";
import { type KnownLosses, notFinite } from "./known-losses.ts";
import { type Learner, type LearnerOptions, openLearner, type Seen } from "./learner.ts";
import { Look, type LookOptions } from "./look.ts";
import type { Host } from "./model.ts";

export interface WeightedOptions<B> {
  readonly rule: Weighting;
  /** The rule's. */
  readonly random: Random;
  readonly known: KnownLosses;
  readonly learning: LearnerOptions<B>;
  readonly looking: LookOptions<B>;
}

/** Steps of a rule that gives weights: look, ask, go along the gradient of Σ_k w_k L_k, let the rule observe. */
export class WeightedDriver<B> implements Driver<B> {
  readonly #options: WeightedOptions<B>;
  readonly #look: Look<B>;
  #learner: Promise<Learner<B>> | undefined;
  #state: unknown;

  constructor(options: WeightedOptions<B>) {
    const { rule, looking } = options;
    this.#options = options;
    this.#look = new Look(looking);
    this.#state = rule.init(looking.tasks.length, looking.primary);
  }

  get state(): DriverState {
    return { method: this.#state, ...this.#look.state };
  }

  set state({ method, ...look }: DriverState) {
    this.#state = method;
    this.#look.restore(look);
  }

  async run(batch: Host<B>, at: Moment, watched = false): Promise<StepReport> {
    const { rule, random, known, looking } = this.#options;
    const before = await this.#before(batch, at.step);
    const gram = watched ? (before.gram ?? (await this.#gram(batch))) : undefined;
    const asked = rule.weigh({ ...at, losses: [], ...before }, this.#state, random);
    this.#state = asked.state;
    asked.weights.forEach((weight, k) => {
      if (Number.isFinite(weight)) return;
      const { name } = looking.tasks[k]!;
      const said = `The rule "${rule.name}" gave weight ${weight} to task "${name}"`;
      throw notFinite(said, { task: name, step: at.step, method: rule.name });
    });
    const learner = await this.opened();
    const masks = looking.streams.dropout.state;
    const { losses, counts } = await learner.step(batch, asked.weights, at.step + 1, (seen) =>
      known.learn(seen, at.step),
    );
    if (rule.observe !== undefined) {
      if (rule.observes === "after") known.learn(await this.#again(batch, masks), at.step, true);
      this.#state = rule.observe({ ...at, ...before, losses: known.values }, this.#state);
    }
    const cosines = before.gram && cosinesOf(before.gram, at.primary);
    return {
      losses,
      counts,
      weights: asked.weights,
      cosines,
      ...(gram && { watched: { step: at.step, gram } }),
    };
  }

  /** As one native call where the rule gives all weights beforehand and everything is finite. */
  async together(batches: readonly Host<B>[], at: Moment): ReturnType<Driver<B>["together"]> {
    const { rule, random, known, looking } = this.#options;
    const ahead = batches.length > 1 ? lookAhead(rule, this.#state, at, batches.length, random) : [];
    const count = Math.max(1, ahead.length);
    if (count === 1) return { count };
    const { dropout } = looking.streams;
    const masks = dropout.state;
    const weights = ahead.map((each) => each.weights);
    const learner = await this.opened();
    const seen = await learner.together?.(batches.slice(0, count), weights, at.step + 1);
    if (seen === undefined) {
      dropout.state = masks;
      return { count };
    }
    const last = ahead.at(-1)!;
    this.#state = last.state;
    random.state = last.random;
    const reports = seen.map((each, i) => {
      known.learn(each, at.step + i);
      return { ...each, weights: weights[i]! };
    });
    return { count, reports };
  }

  async sync(): Promise<void> {
    await (await this.#learner)?.sync();
  }

  async yield(): Promise<void> {
    const learner = await this.#learner;
    if (!learner?.keeps) return;
    await learner.sync();
    await learner.dispose();
    this.#learner = undefined;
    this.#look.forget();
  }

  async dispose(): Promise<void> {
    await (await this.#learner)?.dispose();
  }

  /** Not before the first step: a checkpoint may be read into the parameters until then. */
  opened(): Promise<Learner<B>> {
    this.#learner ??= openLearner(this.#options.learning);
    return this.#learner;
  }

  /** What the rule needs to see before it is asked. */
  async #before(batch: Host<B>, step: number): Promise<Partial<View>> {
    const { rule, known } = this.#options;
    const needs = rule.needs(this.#state, step);
    if (needs === "nothing") return {};
    const { seen, view } = await this.#look.at(batch, needs, await this.opened());
    known.learn(seen, step);
    return { losses: known.values, ...view };
  }

  /** For whoever watches: neither the rule nor the known losses learn of it. */
  async #gram(batch: Host<B>): Promise<View["gram"]> {
    return (await this.#look.at(batch, "gram", await this.opened())).view.gram;
  }

  /** Losses of the batch that was just stepped on, with the dropout masks of that step. */
  async #again(batch: Host<B>, masks: readonly number[]): Promise<Seen> {
    const { dropout } = this.#options.looking.streams;
    const next = dropout.state;
    dropout.state = masks;
    const { seen } = await this.#look.at(batch, "losses", await this.opened());
    dropout.state = next;
    return seen;
  }
}
