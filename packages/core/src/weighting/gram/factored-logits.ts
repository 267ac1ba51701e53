import { softmax, sum } from "../../solve/algebra.ts";

/** One logit a stage value ("stage:value"), one an objective, and those of the primary and of all objectives together. */
export interface FactoredLogits {
  factors: Record<string, number>;
  all: number[];
  split: [number, number];
}

/** What a step says about every objective, and about the primary and the objectives' sum: the directions in which logits climb. */
export interface Climb {
  readonly all: readonly number[];
  readonly split: readonly [number, number];
}

/** An objective's values, one a stage, under which its factors are found. */
export type Values = readonly string[];

const keysOf = (values: Values): string[] => values.map((value, stage) => `${stage}:${value}`);

export const zeroLogits = (objectives: readonly Values[]): FactoredLogits => ({
  factors: Object.fromEntries(objectives.flatMap(keysOf).map((key) => [key, 0])),
  all: objectives.map(() => 0),
  split: [0, 0],
});

/** Σ_s u_s[value of stage s] + u_k for every objective k; of the stages given alone, where some are. */
export const objectiveLogits = (
  { factors, all }: FactoredLogits,
  objectives: readonly Values[],
  stages?: readonly number[],
): number[] =>
  all.map((own, k) => {
    const keys = keysOf(objectives[k]!).filter((_, stage) => stages?.includes(stage) ?? true);
    return own + sum(keys.map((key) => factors[key]!));
  });

/** π of the primary and of all objectives together. */
export const splitShares = ({ split }: FactoredLogits): [number, number] =>
  softmax(split) as [number, number];

/** Every logit after a step up: u_k + lr · c_k, u_s[v] + lr · Σ_{k has v} c_k, and the two of the split at their own step size. */
export function climbed(
  { factors, all, split }: FactoredLogits,
  objectives: readonly Values[],
  climb: Climb,
  { learningRate, splitLearningRate }: { learningRate: number; splitLearningRate: number },
): FactoredLogits {
  const moved = { ...factors };
  for (const [k, cosine] of climb.all.entries()) {
    for (const key of keysOf(objectives[k]!)) moved[key]! += learningRate * cosine;
  }
  return {
    factors: moved,
    all: all.map((logit, k) => logit + learningRate * climb.all[k]!),
    split: [split[0] + splitLearningRate * climb.split[0], split[1] + splitLearningRate * climb.split[1]],
  };
}
