import { Random } from "../random.ts";
import type { View, Weighting } from "../weighting/weighting.ts";
import { randomGram } from "./random-gram.ts";

/** What a training run would show a rule: Gram matrix and losses of every step, 4 steps an epoch. */
export type Scene = (step: number) => { gram: number[][]; losses: number[] };

/** What a rule asked for and answered in one step. */
export interface Told {
  needs: string;
  weights: number[];
}

/** What a rule that needs `needs` sees of step `step`. */
export function view(scene: Scene, step: number, primary: number, needs: string): View {
  const { gram, losses } = scene(step);
  return {
    step,
    epoch: Math.floor(step / 4),
    losses: needs === "nothing" ? [] : losses,
    primary,
    ...(needs.startsWith("gram") && { gram }),
    ...(needs === "gram+dev" && { dev: { dots: gram[primary]!, norm: Math.sqrt(gram[primary]![primary]!) } }),
    ...(needs === "gram+other" && { gramOther: gram }),
  };
}

/** From where, and for how long. */
export interface Drive {
  readonly steps?: number;
  readonly primary?: number;
  readonly seed?: number;
  readonly from?: number;
  readonly state?: unknown;
  readonly random?: Random;
}

/** Drives a rule as `fit` does; `between` may replace the state between two steps. */
export function drive(
  rule: Weighting,
  scene: Scene,
  { steps = 60, primary = 0, seed = 1, from = 0, state, random = Random.seeded(seed, "rule") }: Drive = {},
  between: (state: unknown) => unknown = (state) => state,
): { told: Told[]; state: unknown; random: Random } {
  const told: Told[] = [];
  let current = state === undefined ? rule.init(scene(0).losses.length, primary) : state;
  for (let step = from; step < from + steps; step++) {
    const needs = rule.needs(current, step);
    const answer = rule.weigh(view(scene, step, primary, needs), current, random);
    told.push({ needs, weights: answer.weights });
    const after = { ...view(scene, step, primary, needs), losses: scene(step).losses };
    current = between(rule.observe === undefined ? answer.state : rule.observe(after, answer.state));
  }
  return { told, state: current, random };
}

/** Tasks with random gradients of the given lengths that span `rank` dimensions, new ones at every step. */
export function scene(tasks: number, lengths?: readonly number[], rank: number = tasks): Scene {
  const seen = new Map<number, ReturnType<Scene>>();
  return (step) => {
    const gram = seen.get(step)?.gram ?? randomGram(step, tasks, rank, lengths);
    const shown = { gram, losses: gram.map((row, k) => 0.1 + Math.sqrt(row[k]!)) };
    seen.set(step, shown);
    return shown;
  };
}

/**
 * The same scene with every inner product off by up to `error` times the lengths of its two gradients, as single precision rounds: a Gram
 * matrix of dependent gradients then has negative eigenvalues.
 */
export const rounded = (original: Scene, error: number): Scene => {
  const seen = new Map<number, ReturnType<Scene>>();
  return (step) => {
    const { gram, losses } = original(step);
    const random = Random.seeded(step, "rounded");
    const off = gram.map((row) => row.map(() => error * (2 * random.uniform() - 1)));
    const length = (k: number): number => Math.sqrt(gram[k]![k]!);
    const value = (i: number, j: number): number =>
      gram[i]![j]! + off[Math.min(i, j)]![Math.max(i, j)]! * length(i) * length(j);
    const shown = seen.get(step) ?? { gram: gram.map((row, i) => row.map((_, j) => value(i, j))), losses };
    seen.set(step, shown);
    return shown;
  };
};

/** The same scene with its tasks in another order; an index that stands twice makes twins. */
export const rearranged =
  (original: Scene, order: readonly number[]): Scene =>
  (step) => {
    const { gram, losses } = original(step);
    return { gram: order.map((i) => order.map((j) => gram[i]![j]!)), losses: order.map((k) => losses[k]!) };
  };

/** Mean weights over many seeds, a step at a time. */
export function meanWeights(rule: Weighting, shown: Scene, primary: number, seeds: number): number[] {
  const runs = Array.from(
    { length: seeds },
    (_, seed) => drive(rule, shown, { steps: 2, primary, seed }).told.at(-1)!.weights,
  );
  return runs[0]!.map((_, k) => runs.reduce((sum, weights) => sum + weights[k]!, 0) / seeds);
}
