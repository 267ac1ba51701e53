import type { NDArray } from "../graph/array.ts";
import type { Model, ModelState } from "./model.ts";

type Arrays = Readonly<Record<string, NDArray>>;

const copyInto = (to: Arrays, from: Arrays): void => {
  for (const [name, { data }] of Object.entries(to)) data.set(from[name]!.data);
};

/** What a model changes beside its parameters: as it is, and as it was in the best epoch. Both are empty for most models. */
export class KeptState {
  /** As of the last {@link KeptState.pull}. */
  readonly now: Arrays;
  readonly best: Arrays;
  readonly #model: ModelState | undefined;

  private constructor(model: ModelState | undefined, now: Arrays, best: Arrays) {
    this.#model = model;
    this.now = now;
    this.best = best;
  }

  static async of(model: Model<never>): Promise<KeptState> {
    const read = async (): Promise<Arrays> => (await model.state?.read()) ?? {};
    return new KeptState(model.state, await read(), await read());
  }

  async pull(): Promise<void> {
    if (this.#model) copyInto(this.now, await this.#model.read());
  }

  push(which: "now" | "best"): void {
    this.#model?.write(this[which]);
  }

  async keepAsBest(): Promise<void> {
    await this.pull();
    copyInto(this.best, this.now);
  }
}
