import { OutriggerError } from "../error.ts";
import type { Random } from "../random.ts";
import type { Batches } from "./model.ts";

/** Where a pass over the batches stands: the shuffle stream's state when the pass began, and the batches taken since. Plain JSON. */
export interface Position {
  readonly shuffle: readonly number[];
  readonly taken: number;
}

/**
 * Passes over batches that can be continued exactly: a pass is repeated from the stream's state at its start, and the batches
 * already taken are skipped.
 */
export class Cursor<H> {
  readonly #source: Batches<H>;
  readonly #random: Random;
  #pass: Iterator<H> | undefined;
  #start: readonly number[];
  #taken = 0;

  constructor(source: Batches<H>, random: Random) {
    this.#source = source;
    this.#random = random;
    this.#start = random.state;
  }

  get position(): Position {
    return { shuffle: this.#start, taken: this.#taken };
  }

  /** Batches taken in this pass. */
  get taken(): number {
    return this.#taken;
  }

  /** The next batch of this pass; undefined at its end, after which another pass begins. */
  next(): H | undefined {
    return this.take(1)[0];
  }

  /** The next batches of this pass, `limit` at most; none at its end, after which another pass begins. */
  take(limit: number): H[] {
    if (this.#pass === undefined) {
      this.#start = this.#random.state;
      this.#pass = this.#source.epoch(this.#random)[Symbol.iterator]();
    }
    const batches: H[] = [];
    while (batches.length < limit) {
      const { value, done } = this.#pass.next();
      if (done === true) break;
      batches.push(value);
    }
    this.#taken += batches.length;
    if (batches.length > 0) return batches;
    if (this.#taken === 0)
      throw new OutriggerError("bad-data", "The training data gave no batch. Check the split.");
    this.#pass = undefined;
    this.#taken = 0;
    this.#start = this.#random.state;
    return [];
  }

  /** Goes on from a saved position. */
  restore({ shuffle, taken }: Position): void {
    this.#random.state = shuffle;
    this.#start = [...shuffle];
    this.#pass = undefined;
    this.#taken = 0;
    for (let i = 0; i < taken; i++) {
      if (this.next() !== undefined) continue;
      throw new OutriggerError(
        "bad-data",
        `The checkpoint was written after ${taken} batches of an epoch, but the data now give ${i}. Resume with the same data, or train in another directory.`,
        { taken, found: i },
      );
    }
  }
}
