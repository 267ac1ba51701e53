import type { FeatureMethod } from "../feature/feature-method.ts";
import type { Driver, DriverState, Moment, StepReport } from "./driver.ts";
import { featureDescent } from "./feature-descent.ts";
import { type KnownLosses, notFinite } from "./known-losses.ts";
import type { Learner, LearnerOptions, Seen } from "./learner.ts";
import { Look, type LookOptions } from "./look.ts";
import type { Host } from "./model.ts";
import { OpenedLearner } from "./opened-learner.ts";
import { requireSplit } from "./split-model.ts";

export interface FeatureOptions<B> {
  readonly method: FeatureMethod;
  readonly primary: number;
  readonly known: KnownLosses;
  readonly learning: LearnerOptions<B>;
  /** At the trunk, for whoever watches: the method itself looks at nothing. */
  readonly looking: LookOptions<B>;
}

/** Steps of a method that works at the representation: one native call, which tells what the method learns from. */
export class FeatureDriver<B> implements Driver<B> {
  readonly #options: FeatureOptions<B>;
  readonly #learner: OpenedLearner<B>;
  readonly #look: Look<B>;
  #state: unknown;

  constructor(options: FeatureOptions<B>) {
    const { method, primary, learning, looking } = options;
    const model = requireSplit(learning.model, method.name);
    this.#options = options;
    this.#look = new Look(looking);
    this.#state = method.init(learning.tasks.length, primary);
    this.#learner = new OpenedLearner(learning, featureDescent({ ...learning, model, primary, method }));
  }

  get state(): DriverState {
    return { method: this.#state };
  }

  set state({ method }: DriverState) {
    this.#state = method;
  }

  async run(batch: Host<B>, at: Moment, watched = false): Promise<StepReport> {
    const { method, known } = this.#options;
    const learner = await this.#learner.open();
    const gram = watched ? (await this.#look.at(batch, "gram", learner)).view.gram : undefined;
    const check = (seen: Seen): void => {
      known.learn(seen, at.step);
      this.#check(seen, at.step);
    };
    const { losses, counts, told } = await learner.step(batch, method.give(this.#state), at.step + 1, check);
    const { weights, cosines, state } = method.learn(told!, this.#state);
    this.#state = state;
    return {
      losses,
      counts,
      weights,
      ...(cosines && { cosines }),
      ...(gram && { watched: { step: at.step, gram } }),
    };
  }

  async together(): ReturnType<Driver<B>["together"]> {
    return { count: 1 };
  }

  opened(): Promise<Learner<B>> {
    return this.#learner.open();
  }

  sync(): Promise<void> {
    return this.#learner.sync();
  }

  async yield(): Promise<void> {
    if (await this.#learner.yield()) this.#look.forget();
  }

  dispose(): Promise<void> {
    return this.#learner.dispose();
  }

  /** @throws OutriggerError "non-finite" for a number told that is not finite. */
  #check({ told }: Seen, step: number): void {
    const { tasks } = this.#options.learning;
    const broken = told!.findIndex((value) => !Number.isFinite(value));
    if (broken < 0) return;
    const { name } = tasks[broken % tasks.length]!;
    const what = `What "${this.#options.method.name}" makes of the gradient of task "${name}" is not finite`;
    throw notFinite(what, { step, task: name });
  }
}
