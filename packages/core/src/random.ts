import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import { OutriggerError } from "./error.ts";

/**
 * One named stream of random numbers: xoroshiro128+ (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators",
 * ACM Transactions on Mathematical Software, 2021, https://arxiv.org/abs/1805.01407) as implemented by pure-rand 8.
 *
 * The whole state is four 32-bit integers, plain JSON, with nothing cached besides them, so that a stream continues exactly
 * where it was saved.
 *
 * @example
 * const dropout = Random.seeded(7, "dropout");
 * const saved = JSON.stringify(dropout.state);
 * const continued = Random.from(JSON.parse(saved)); // draws what `dropout` would draw next
 */
export class Random {
  #generator: JumpableRandomGenerator;

  private constructor(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(checked(state));
  }

  /**
   * The stream called `name` of a run: seed and name are hashed together into the 128 bits of state, so other names and other
   * seeds start at unrelated points of the period of 2^128 - 1.
   *
   * @throws OutriggerError `bad-option` if the seed is not a finite number.
   */
  static seeded(seed: number, name: string): Random {
    if (!Number.isFinite(seed)) {
      throw new OutriggerError("bad-option", `The seed must be a finite number, not ${seed}.`, { seed });
    }
    return new Random(hash(`${seed}/${name}`));
  }

  /** The stream that continues from a saved `state`. */
  static from(state: readonly number[]): Random {
    return new Random(state);
  }

  get state(): number[] {
    return [...this.#generator.getState()];
  }

  set state(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(checked(state));
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.#generator.next() >>> 5;
    const low = this.#generator.next() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** Standard normal, by Box and Muller's transform; its second value is dropped so that the state needs no cache. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * Uniform in 0 … n - 1, without modulo bias.
   *
   * @throws OutriggerError `bad-option` unless n is an integer from 1 to 2^32.
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x100000000) {
      throw new OutriggerError("bad-option", `integer(n) needs an integer from 1 to 2^32, not ${n}.`, { n });
    }
    const limit = 0x100000000 - (0x100000000 % n);
    for (;;) {
      const draw = this.#generator.next() >>> 0;
      if (draw < limit) return draw % n;
    }
  }

  /** The numbers 0 … n - 1 in a uniformly random order (Fisher and Yates). */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }

  /**
   * Fills `out` with 1/keep (with probability keep) or 0: an inverted-dropout mask. Every value uses 16 bits, so the probability
   * is rounded to the nearest 1/65536 (at least one). About 3 ns a value.
   *
   * @throws OutriggerError `bad-option` unless 0 < keep <= 1.
   */
  bernoulli(out: Float32Array, keep: number): void {
    if (!(keep > 0 && keep <= 1)) {
      throw new OutriggerError("bad-option", `The probability to keep must be in (0, 1], not ${keep}.`, {
        keep,
      });
    }
    const threshold = Math.max(1, Math.round(keep * 0x10000));
    const value = 1 / keep;
    const state = this.state;
    // `| 0` keeps the four words in integer registers.
    let high0 = state[0]! | 0;
    let low0 = state[1]! | 0;
    let high1 = state[2]! | 0;
    let low1 = state[3]! | 0;
    const paired = out.length & ~1;
    // The generator's own step, s1 ^= s0, s0 = rotl(s0, 24) ^ s1 ^ (s1 << 16), s1 = rotl(s1, 37) on 32-bit halves, kept in
    // local variables for the length of the mask: a method call for every draw takes twice the time.
    for (let i = 0; i < paired; i += 2) {
      const bits = (low0 + low1) | 0;
      const low = low0 ^ low1;
      const high = high0 ^ high1;
      const turned = (high0 << 24) | (low0 >>> 8);
      low0 = ((low0 << 24) | (high0 >>> 8)) ^ low ^ (low << 16);
      high0 = turned ^ high ^ ((high << 16) | (low >>> 16));
      low1 = (high << 5) | (low >>> 27);
      high1 = (low << 5) | (high >>> 27);
      // The sign bit of the difference instead of a comparison: branches on random bits are mispredicted.
      out[i] = value * (((bits & 0xffff) - threshold) >>> 31);
      out[i + 1] = value * (((bits >>> 16) - threshold) >>> 31);
    }
    this.state = [high0, low0, high1, low1];
    if (paired < out.length) {
      out[paired] = value * (((this.#generator.next() & 0xffff) - threshold) >>> 31);
    }
  }
}

function checked(state: readonly number[]): readonly number[] {
  const sound = state.length === 4 && state.every((word) => Number.isInteger(word) && word === (word | 0));
  // The all-zero state is the one fixed point of the generator: it would return 0 forever.
  if (!sound || state.every((word) => word === 0)) {
    throw new OutriggerError(
      "bad-file",
      `A random state is four 32-bit integers that are not all 0, as \`state\` returns them, not ${JSON.stringify(state)}.`,
    );
  }
  return state;
}

/** Four 32-bit words from a text: one multiply-and-rotate lane a word, mixed with each other at the end. */
function hash(text: string): number[] {
  const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];
  const lanes = primes.map((prime, lane) => {
    let word = prime ^ Math.imul(text.length + 1, primes[(lane + 1) % 4]!);
    for (let i = 0; i < text.length; i++) {
      word = Math.imul(word ^ text.charCodeAt(i), prime);
      word = (word << 13) | (word >>> 19);
    }
    return word;
  });
  for (let round = 0; round < 8; round++) {
    const lane = round % 4;
    lanes[lane] = avalanche(lanes[lane]! + Math.imul(lanes[(lane + 3) % 4]!, 5) + round);
  }
  return lanes.every((word) => word === 0) ? [1, 0, 0, 0] : lanes;
}

/** A bijection of 32-bit words in which every input bit moves every output bit. */
function avalanche(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
