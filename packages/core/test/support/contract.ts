import { Random } from "@outrigger/core/random";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import { describe, expect, test } from "vitest";
import { randomGram } from "./gram.ts";

/** What a training run would show a rule: Gram matrix and losses of every step, 4 steps an epoch. */
type Scene = (step: number) => { gram: number[][]; losses: number[] };

interface Told {
  needs: string;
  weights: number[];
}

function view(scene: Scene, step: number, primary: number, needs: string): View {
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

/** Drives a rule as `fit` does; `between` may replace the state between two steps. */
function drive(
  rule: Weighting,
  scene: Scene,
  {
    steps = 60,
    primary = 0,
    seed = 1,
    from = 0,
    state = undefined as unknown,
    random = Random.seeded(seed, "rule"),
  } = {},
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

function scene(tasks: number, lengths?: readonly number[], rank: number = tasks): Scene {
  const seen = new Map<number, ReturnType<Scene>>();
  return (step) => {
    const gram = seen.get(step)?.gram ?? randomGram(step, tasks, rank, lengths);
    const shown = { gram, losses: gram.map((row, k) => 0.1 + Math.sqrt(row[k]!)) };
    seen.set(step, shown);
    return shown;
  };
}

const rearranged =
  (original: Scene, order: readonly number[]): Scene =>
  (step) => {
    const { gram, losses } = original(step);
    return { gram: order.map((i) => order.map((j) => gram[i]![j]!)), losses: order.map((k) => losses[k]!) };
  };

function expectSound({ told }: { told: Told[] }, tasks: number): void {
  const broken = told.find(
    ({ weights }) => weights.length !== tasks || !weights.every((weight) => Number.isFinite(weight)),
  );
  expect(broken).toBeUndefined();
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const unit = Math.max(...expected.map(Math.abs), 1e-300);
  for (const [k, value] of expected.entries()) {
    expect(Math.abs(actual[k]! - value) / unit, `${actual.join()} is not ${expected.join()}`).toBeLessThan(
      tolerance,
    );
  }
}

/** Freezes a value deeply, so that writing to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

/** Mean weights over many seeds, a step at a time. */
function meanWeights(rule: Weighting, shown: Scene, primary: number, seeds: number): number[] {
  const runs = Array.from(
    { length: seeds },
    (_, seed) => drive(rule, shown, { steps: 2, primary, seed }).told.at(-1)!.weights,
  );
  return runs[0]!.map((_, k) => runs.reduce((sum, weights) => sum + weights[k]!, 0) / seeds);
}

/** The properties that every weighting rule has. Call it inside a test file; it declares one `describe`. */
export function contract(name: string, make: () => Weighting): void {
  describe(`the weighting rule ${name}`, () => {
    const rule = make();

    test("has a name, and says what paper it comes from or that there is none", () => {
      expect(rule.name).toMatch(/\S/);
      expect(rule.paper === null || rule.paper.url.startsWith("https://")).toBe(true);
      expect(rule.paper === null || rule.paper.year > 1900).toBe(true);
    });

    test("permuting the tasks permutes the weights (in distribution for a rule that draws)", () => {
      const order = [2, 0, 3, 1];
      const original = scene(4);
      const permuted = rearranged(original, order);
      const before = drive(rule, original, { primary: 0 });
      const after = drive(rule, permuted, { primary: 1 });
      const draws = before.random.state.join() !== Random.seeded(1, "rule").state.join();
      const [expected, actual] = draws
        ? [[meanWeights(rule, original, 0, 4000)], [meanWeights(rule, permuted, 1, 4000)]]
        : [before.told.map(({ weights }) => weights), after.told.map(({ weights }) => weights)];
      for (const [step, weights] of expected.entries()) {
        expectClose(
          actual[step]!,
          order.map((k) => weights[k]!),
          draws ? 0.06 : 1e-6,
        );
      }
      expect(after.told.map(({ needs }) => needs)).toEqual(before.told.map(({ needs }) => needs));
    });

    test("zero gradients and zero losses: of one task, of the primary, of all", () => {
      for (const lengths of [
        [1, 0, 1],
        [0, 1, 1],
        [0, 0, 0],
      ]) {
        expectSound(drive(rule, scene(3, lengths)), 3);
        const silent = scene(3, lengths);
        expectSound(
          drive(rule, (step) => ({ ...silent(step), losses: [0, 0, 0] })),
          3,
        );
      }
    });

    test("one task alone gets a positive weight", () => {
      const run = drive(rule, scene(1));
      expectSound(run, 1);
      for (const { weights } of run.told) expect(weights[0]).toBeGreaterThan(0);
    });

    test("duplicate tasks: sound weights, and the same ones for both (on average for a rule that draws)", () => {
      const doubled = rearranged(scene(3), [0, 1, 2, 1]);
      const run = drive(rule, doubled);
      expectSound(run, 4);
      const draws = run.random.state.join() !== Random.seeded(1, "rule").state.join();
      if (draws) {
        const weights = meanWeights(rule, doubled, 0, 4000);
        expectClose([weights[1]!], [weights[3]!], 0.08);
      } else {
        for (const { weights } of run.told) expectClose([weights[1]!, 1], [weights[3]!, 1], 1e-6);
      }
      expectSound(drive(rule, rearranged(scene(1), [0, 0, 0])), 3);
    });

    test.each([0, 1, 2, 5])("five tasks whose gradients span %i dimensions: sound weights", (rank) => {
      expectSound(drive(rule, scene(5, undefined, rank)), 5);
    });

    test("gradients and losses of scales from 1e-10 to 1e15, equal and mixed", () => {
      for (const scale of [1e-10, 1e-5, 1e5, 1e15]) {
        expectSound(drive(rule, scene(4, [scale, scale, scale, scale]), { steps: 150 }), 4);
        expectSound(drive(rule, scene(4, [1, scale, 1, 1 / scale]), { steps: 150 }), 4);
        expectSound(drive(rule, scene(4, [scale, 1, 1, 1]), { steps: 150 }), 4);
      }
    });

    test.each([2, 16, 64])("%i tasks, in a space of 12 dimensions: sound weights", (tasks) => {
      expectSound(drive(rule, scene(tasks), { steps: 2 }), tasks);
    });

    test("a run continued from state and random numbers through JSON is the undisturbed one", () => {
      const whole = drive(rule, scene(4), { steps: 60 });
      const json = drive(
        rule,
        scene(4),
        { steps: 60 },
        (state) => JSON.parse(JSON.stringify(state)) as unknown,
      );
      expect(json.told).toEqual(whole.told);
      const half = drive(rule, scene(4), { steps: 33 });
      const rest = drive(rule, scene(4), {
        steps: 27,
        from: 33,
        state: JSON.parse(JSON.stringify(half.state)) as unknown,
        random: Random.from(JSON.parse(JSON.stringify(half.random.state)) as number[]),
      });
      expect([...half.told, ...rest.told]).toEqual(whole.told);
      expect(JSON.stringify(rest.state)).toBe(JSON.stringify(whole.state));
    });

    test("the same seed gives the same weights, also from a second instance", () => {
      expect(drive(make(), scene(4)).told).toEqual(drive(rule, scene(4)).told);
    });

    test("neither view nor state is changed", () => {
      const original = scene(4);
      const still: Scene = (step) => frozen(original(step));
      const run = drive(rule, still, { state: frozen(rule.init(4, 0)) }, (state) => frozen(state));
      expect(run.told).toEqual(drive(rule, scene(4)).told);
    });

    test("weights are the caller's own: writing to them does not reach the state", () => {
      let current = rule.init(4, 0);
      const random = Random.seeded(1, "rule");
      for (let step = 0; step < 30; step++) {
        const needs = rule.needs(current, step);
        const answer = rule.weigh(view(scene(4), step, 0, needs), current, random);
        const saved = JSON.stringify(answer.state);
        answer.weights.fill(Number.NaN);
        expect(JSON.stringify(answer.state)).toBe(saved);
        current = answer.state;
      }
    });

    test("the state does not grow over 100 steps", () => {
      const sizes: number[] = [];
      drive(rule, scene(4), { steps: 400 }, (state) => {
        sizes.push(JSON.stringify(state).length);
        return state;
      });
      expect(Math.max(...sizes.slice(300))).toBeLessThanOrEqual(1.1 * Math.max(...sizes.slice(0, 300)));
    });
  });
}
