import type { Descent } from "./descent.ts";
import { type Learner, type LearnerOptions, openLearner } from "./learner.ts";

/** A driver's learner: opened before the first step and not earlier, since a checkpoint may be read into the parameters until then. */
export class OpenedLearner<B> {
  readonly #options: LearnerOptions<B>;
  readonly #descent: Descent<B>;
  #learner: Promise<Learner<B>> | undefined;

  constructor(options: LearnerOptions<B>, descent: Descent<B>) {
    this.#options = options;
    this.#descent = descent;
  }

  open(): Promise<Learner<B>> {
    this.#learner ??= openLearner(this.#options, this.#descent);
    return this.#learner;
  }

  async sync(): Promise<void> {
    await (await this.#learner)?.sync();
  }

  /** Whether it has left: its parameters are on the host, and the next `open` reads them there. */
  async yield(): Promise<boolean> {
    const learner = await this.#learner;
    if (!learner?.keeps) return false;
    await learner.sync();
    await learner.dispose();
    this.#learner = undefined;
    return true;
  }

  async dispose(): Promise<void> {
    await (await this.#learner)?.dispose();
  }
}
