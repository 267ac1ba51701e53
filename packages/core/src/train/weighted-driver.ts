import type { Random } from "../random.ts";
import type { Weighting } from "../weighting/weighting.ts";
import { lookAhead } from "./ahead.ts";
import { layeredDescent, weightedDescent } from "./descent.ts";
import type { Driver, DriverState, Moment, StepReport } from "./driver.ts";
import { cosinesOf } from "./gram-rows.ts";
import { type KnownLosses, notFinite } from "./known-losses.ts";
import type { LayersView } from "./layerwise.ts";
import type { Learner, LearnerOptions, Seen } from "./learner.ts";
import { Look, type Looked, type LookedAhead, type LookOptions } from "./look.ts";
import type { Host } from "./model.ts";
import { OpenedLearner } from "./opened-learner.ts";

export interface WeightedOptions<B> {
  /** One of {@link layerwise} if it looks at layers. */
  readonly rule: Weighting;
  /** How many layers the trunk has. */
  readonly layers: number;
  /** The rule's. */
  readonly random: Random;
  readonly known: KnownLosses;
  readonly learning: LearnerOptions<B>;
  readonly looking: LookOptions<B>;
}

/** Steps of a rule that gives weights: look, ask, go along the weighted gradients, let the rule observe. */
export class WeightedDriver<B> implements Driver<B> {
  readonly #options: WeightedOptions<B>;
  readonly #look: Look<B>;
  /** At the trunk, for whoever watches; the rule's own where that shows the trunk's gradients. */
  readonly #watch: Look<B>;
  readonly #learner: OpenedLearner<B>;
  #state: unknown;

  constructor(options: WeightedOptions<B>) {
    const { rule, looking, learning, layers } = options;
    this.#options = options;
    this.#look = new Look(looking);
    this.#watch = looking.place === "representation" ? new Look({ ...looking, place: "trunk" }) : this.#look;
    this.#learner = new OpenedLearner(
      learning,
      rule.place === "layers" ? layeredDescent(learning, layers) : weightedDescent(learning),
    );
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
    const masks = looking.streams.dropout.state;
    const looked = await this.#before(batch, at.step);
    const before: Partial<LayersView> = looked ? { losses: known.values, ...looked.view } : {};
    const gram = watched ? await this.#watched(batch, before, masks) : undefined;
    const asked = rule.weigh({ ...at, losses: [], ...before }, this.#state, random);
    this.#state = asked.state;
    const T = looking.tasks.length;
    asked.weights.forEach((weight, i) => {
      if (Number.isFinite(weight)) return;
      const { name } = looking.tasks[i % T]!;
      const said = `The rule "${rule.name}" gave weight ${weight} to task "${name}"`;
      throw notFinite(said, { task: name, step: at.step, method: rule.name });
    });
    const { losses, counts } = await this.#go(looked, batch, asked.weights, at.step);
    if (rule.observe !== undefined) {
      if (rule.observes === "after")
        known.learn((await this.#again(this.#look, batch, "losses", masks)).seen, at.step, true);
      this.#state = rule.observe({ ...at, ...before, losses: known.values }, this.#state);
    }
    const cosines = before.gram && cosinesOf(before.gram, at.primary);
    return {
      losses,
      counts,
      weights: asked.weights.slice(0, T),
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
      return { ...each, weights: weights[i]!.slice(0, looking.tasks.length) };
    });
    return { count, reports };
  }

  sync(): Promise<void> {
    return this.#learner.sync();
  }

  async yield(): Promise<void> {
    if (await this.#learner.yield()) for (const look of [this.#look, this.#watch]) look.forget();
  }

  dispose(): Promise<void> {
    return this.#learner.dispose();
  }

  opened(): Promise<Learner<B>> {
    return this.#learner.open();
  }

  /** What the rule needs to see before it is asked. */
  async #before(batch: Host<B>, step: number): Promise<LookedAhead | undefined> {
    const { rule, known } = this.#options;
    const needs = rule.needs(this.#state, step);
    if (needs === "nothing") return undefined;
    const looked = await this.#look.ahead(batch, needs, await this.opened());
    known.learn(looked.seen, step);
    return looked;
  }

  /** The step itself; its second half where the look was the first. */
  async #go(
    looked: LookedAhead | undefined,
    batch: Host<B>,
    weights: readonly number[],
    step: number,
  ): Promise<Seen> {
    if (looked?.step) {
      await looked.step(weights, step + 1);
      return looked.seen;
    }
    const learner = await this.opened();
    return learner.step(batch, weights, step + 1, (seen) => this.#options.known.learn(seen, step));
  }

  /** Inner products of the trunk's gradients: those that the rule saw, where it saw these. */
  async #watched(
    batch: Host<B>,
    before: Partial<LayersView>,
    masks: readonly number[],
  ): Promise<LayersView["gram"]> {
    if (before.gram && this.#watch === this.#look) return before.gram;
    return (await this.#again(this.#watch, batch, "gram", masks)).view.gram;
  }

  /** A look for whoever watches or observes, with the dropout masks of the step. */
  async #again(
    look: Look<B>,
    batch: Host<B>,
    wanted: "losses" | "gram",
    masks: readonly number[],
  ): Promise<Looked> {
    const { dropout } = this.#options.looking.streams;
    const next = dropout.state;
    dropout.state = masks;
    const looked = await look.at(batch, wanted, await this.opened());
    dropout.state = next;
    return looked;
  }
}
