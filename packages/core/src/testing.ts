import { Random } from "./random.ts";
import { check, checkClose, checkEqual, checkSound } from "./testing/check.ts";
import { drive, meanWeights, rearranged, rounded, type Scene, scene, view } from "./testing/drive.ts";
import type { Weighting } from "./weighting/weighting.ts";

/** One property of a rule: `run` throws when the rule does not have it. */
export interface Check {
  readonly name: string;
  readonly run: () => void;
}

const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Freezes a value deeply, so that writing to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const draws = ({ random }: { random: Random }): boolean =>
  random.state.join() !== Random.seeded(1, "rule").state.join();

function permuted(rule: Weighting): void {
  const order = [2, 0, 3, 1];
  const original = scene(4);
  const other = rearranged(original, order);
  const before = drive(rule, original, { primary: 0 });
  const after = drive(rule, other, { primary: 1 });
  const [expected, actual] = draws(before)
    ? [[meanWeights(rule, original, 0, 4000)], [meanWeights(rule, other, 1, 4000)]]
    : [before.told.map(({ weights }) => weights), after.told.map(({ weights }) => weights)];
  for (const [step, weights] of expected.entries()) {
    const wanted = order.map((k) => weights[k]!);
    checkClose(actual[step]!, wanted, draws(before) ? 0.06 : 1e-6);
  }
  const needs = (run: typeof before): string[] => run.told.map((told) => told.needs);
  checkEqual(needs(after), needs(before));
}

function silent(rule: Weighting): void {
  for (const lengths of [
    [1, 0, 1],
    [0, 1, 1],
    [0, 0, 0],
  ]) {
    checkSound(drive(rule, scene(3, lengths)).told, 3);
    const shown = scene(3, lengths);
    checkSound(drive(rule, (step) => ({ ...shown(step), losses: [0, 0, 0] })).told, 3);
  }
}

function alone(rule: Weighting): void {
  const { told } = drive(rule, scene(1));
  checkSound(told, 1);
  for (const { weights } of told) check(weights[0]! > 0, `the only task got weight ${weights[0]}`);
}

function twins(rule: Weighting): void {
  const doubled = rearranged(scene(3), [0, 1, 2, 1]);
  const run = drive(rule, doubled);
  checkSound(run.told, 4);
  const pairs = draws(run) ? [meanWeights(rule, doubled, 0, 4000)] : run.told.map(({ weights }) => weights);
  for (const weights of pairs) {
    if (draws(run)) checkClose([weights[1]!], [weights[3]!], 0.08);
    else checkClose([weights[1]!, 1], [weights[3]!, 1], 1e-6);
  }
  checkSound(drive(rule, rearranged(scene(1), [0, 0, 0])).told, 3);
}

function scaled(rule: Weighting): void {
  for (const scale of [1e-10, 1e-5, 1e5, 1e15]) {
    for (const lengths of [
      [scale, scale, scale, scale],
      [1, scale, 1, 1 / scale],
      [scale, 1, 1, 1],
    ]) {
      checkSound(drive(rule, scene(4, lengths), { steps: 150 }).told, 4);
    }
  }
}

function continued(rule: Weighting): void {
  const whole = drive(rule, scene(4), { steps: 60 });
  checkEqual(drive(rule, scene(4), { steps: 60 }, throughJson).told, whole.told);
  const half = drive(rule, scene(4), { steps: 33 });
  const rest = drive(rule, scene(4), {
    steps: 27,
    from: 33,
    state: throughJson(half.state),
    random: Random.from(throughJson(half.random.state) as number[]),
  });
  checkEqual([...half.told, ...rest.told], whole.told);
  checkEqual(rest.state, whole.state);
}

function untouched(rule: Weighting): void {
  const original = scene(4);
  const still: Scene = (step) => frozen(original(step));
  const run = drive(rule, still, { state: frozen(rule.init(4, 0)) }, frozen);
  checkEqual(run.told, drive(rule, scene(4)).told);
}

function own(rule: Weighting): void {
  let current = rule.init(4, 0);
  const random = Random.seeded(1, "rule");
  for (let step = 0; step < 30; step++) {
    const needs = rule.needs(current, step);
    const answer = rule.weigh(view(scene(4), step, 0, needs), current, random);
    const saved = JSON.stringify(answer.state);
    answer.weights.fill(Number.NaN);
    check(JSON.stringify(answer.state) === saved, "the state holds the array of weights itself: copy it");
    current = answer.state;
  }
}

function bounded(rule: Weighting): void {
  const sizes: number[] = [];
  drive(rule, scene(4), { steps: 400 }, (state) => {
    sizes.push(JSON.stringify(state).length);
    return state;
  });
  const [early, late] = [Math.max(...sizes.slice(0, 300)), Math.max(...sizes.slice(300))];
  check(
    late <= 1.1 * early,
    `the state grew from ${early} to ${late} characters of JSON in the last 100 steps`,
  );
}

function named({ name, paper }: Weighting): void {
  check(/\S/.test(name), "the rule has no name");
  const found = paper === null || (paper.url.startsWith("https://") && paper.year > 1900);
  check(found, "the paper needs a year and an https address; null where there is none");
}

/**
 * The properties that every weighting rule has, as checks for any test runner: permutation of tasks, zero gradients, one task,
 * duplicates, every rank, a Gram matrix that rounding made indefinite, scales from 1e-10 to 1e15, up to 64 tasks, state through JSON, same seed same result, inputs untouched, bounded
 * state. Task gradients span 12 dimensions.
 *
 * @param make the rule, as it is to be used; called twice
 * @returns checks whose `run` throws OutriggerError "broken-contract" naming what was found; whatever the rule throws passes through
 *
 * Cost: some thousands of calls of `weigh`; 16,000 more for a rule that draws.
 *
 * @example
 * import { test } from "node:test"; // or from vitest, jest, …
 * for (const { name, run } of contract(() => myRule())) test(name, run);
 */
export function contract(make: () => Weighting): Check[] {
  const rule = make();
  const sound = (tasks: number, rank: number, steps: number) => (): void =>
    checkSound(drive(rule, scene(tasks, undefined, rank), { steps }).told, tasks);
  const indefinite = (tasks: number, rank: number) => (): void =>
    checkSound(drive(rule, rounded(scene(tasks, undefined, rank), 1e-7)).told, tasks);
  const checks: Record<string, () => void> = {
    "has a name, and says what paper it comes from or that there is none": () => named(rule),
    "permuting the tasks permutes the weights (in distribution for a rule that draws)": () => permuted(rule),
    "zero gradients and zero losses: of one task, of the primary, of all": () => silent(rule),
    "one task alone gets a positive weight": () => alone(rule),
    "duplicate tasks: sound weights, and the same ones for both (on average for a rule that draws)": () =>
      twins(rule),
    "five tasks whose gradients span 0 dimensions: sound weights": sound(5, 0, 60),
    "five tasks whose gradients span 1 dimension: sound weights": sound(5, 1, 60),
    "five tasks whose gradients span 2 dimensions: sound weights": sound(5, 2, 60),
    "five tasks whose gradients span 5 dimensions: sound weights": sound(5, 5, 60),
    "five tasks whose gradients span 1 dimension, inner products rounded by 1e-7: sound weights": indefinite(
      5,
      1,
    ),
    "five tasks whose gradients span 2 dimensions, inner products rounded by 1e-7: sound weights": indefinite(
      5,
      2,
    ),
    "eight tasks whose gradients span 3 dimensions, inner products rounded by 1e-7: sound weights":
      indefinite(8, 3),
    "gradients and losses of scales from 1e-10 to 1e15, equal and mixed": () => scaled(rule),
    "2 tasks, in a space of 12 dimensions: sound weights": sound(2, 2, 2),
    "16 tasks, in a space of 12 dimensions: sound weights": sound(16, 16, 2),
    "64 tasks, in a space of 12 dimensions: sound weights": sound(64, 64, 2),
    "a run continued from state and random numbers through JSON is the undisturbed one": () =>
      continued(rule),
    "the same seed gives the same weights, also from a second instance": () =>
      checkEqual(drive(make(), scene(4)).told, drive(rule, scene(4)).told),
    "neither view nor state is changed": () => untouched(rule),
    "weights are the caller's own: writing to them does not reach the state": () => own(rule),
    "the state does not grow over 100 steps": () => bounded(rule),
  };
  return Object.entries(checks).map(([name, run]) => ({ name, run }));
}
