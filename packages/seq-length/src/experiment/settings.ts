import type { Tier } from "@outrigger/bench/benchmark";

/** Sizes of a tier; what a trial is made of is in its options, so that a row says all. */
export type Settings = {
  /** How many symbols inputs and outputs are made of. */
  readonly symbols: number;
  /** n: the main task is trained at lengths 2 … n. */
  readonly trainLength: number;
  /** N_max: restrictions are parts of instances of length n … N_max, and no test is longer. */
  readonly longest: number;
  readonly testLengths: readonly number[];
  /** Sequences a test length. */
  readonly sequences: number;
  /** d, heads and blocks of the decoder. */
  readonly size: number;
  readonly heads: number;
  readonly layers: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Tokens that every row reads in training, padding left out: as many steps as that takes. */
  readonly tokens: number;
  /** L, the ids that randomized positions are drawn from. */
  readonly ids: number;
  /** Long contexts from which the safe length of a head is predicted. */
  readonly contexts: number;
};

const tiers: Readonly<Record<Tier, Settings>> = {
  smoke: {
    symbols: 16,
    trainLength: 4,
    longest: 12,
    testLengths: [4, 6, 12],
    sequences: 4,
    size: 16,
    heads: 2,
    layers: 2,
    batchSize: 8,
    learningRate: 2e-3,
    tokens: 500,
    ids: 32,
    contexts: 2,
  },
  ci: {
    symbols: 50,
    trainLength: 10,
    longest: 50,
    testLengths: [10, 15, 20, 30, 40, 50],
    sequences: 256,
    size: 64,
    heads: 4,
    layers: 2,
    batchSize: 64,
    learningRate: 2e-3,
    tokens: 1_800_000,
    ids: 128,
    contexts: 64,
  },
  full: {
    symbols: 100,
    trainLength: 20,
    longest: 100,
    testLengths: [20, 30, 40, 60, 80, 100],
    sequences: 512,
    size: 128,
    heads: 8,
    layers: 4,
    batchSize: 128,
    learningRate: 1e-3,
    tokens: 60_000_000,
    ids: 256,
    contexts: 16,
  },
};

export const settings = (tier: Tier): Settings => tiers[tier];

/** The length that the headline metric is taken at: three times the longest training length. */
export const headlineLength = ({ trainLength }: Settings): number => 3 * trainLength;
