import { type Aggregator, parametersOf, type Shape } from "@outrigger/core/aggregator/aggregator";
import { Random } from "@outrigger/core/random";
import { describe, expect, test } from "vitest";

/** Gradients and losses of every step. */
type Scene = (step: number) => { gradients: Float32Array[]; losses: number[] };

interface Told {
  direction: number[];
  weights?: readonly number[];
  heads?: readonly number[];
}

interface Run {
  told: Told[];
  state: unknown;
  memory: Record<string, Float32Array>;
  random: Random;
}

const layers = [7, 5];
const shapeOf = (tasks: number, primary = 0): Shape => ({ tasks, primary, layers });

/** Drives an aggregator as `fit` does: T rows in, `from` continues a run. */
function drive(
  aggregator: Aggregator,
  scene: Scene,
  options: { steps?: number; primary?: number; seed?: number; at?: number; from?: Run } = {},
): Run {
  const { steps = 30, primary = 0, seed = 1, at = 0, from } = options;
  const shape = shapeOf(scene(0).losses.length, primary);
  const lengths = Object.entries(aggregator.memory?.(shape) ?? {});
  const memory =
    from?.memory ?? Object.fromEntries(lengths.map(([name, length]) => [name, new Float32Array(length)]));
  const random = from?.random ?? Random.seeded(seed, "aggregator");
  let state = from === undefined ? aggregator.init(shape) : from.state;
  const told: Told[] = [];
  for (let step = at; step < at + steps; step++) {
    const direction = new Float32Array(parametersOf(shape)).fill(Number.NaN);
    const rows = { step, epoch: Math.floor(step / 4), ...scene(step), primary, direction, memory };
    const said = aggregator.aggregate(rows, state, random);
    state = said.state;
    told.push({ direction: [...direction], weights: said.weights, heads: said.heads });
  }
  return { told, state, memory, random };
}

/** Gradients of given lengths in 12 dimensions, the same on every call; losses follow the lengths. */
function scene(tasks: number, lengths: readonly number[] = Array.from({ length: tasks }, () => 1)): Scene {
  return (step) => {
    const random = Random.seeded(step, "rows");
    const gradients = lengths.map((length) =>
      Float32Array.from({ length: parametersOf(shapeOf(tasks)) }, () => length * random.normal()),
    );
    return { gradients, losses: lengths.map((length) => 0.1 + length) };
  };
}

const rearranged =
  (original: Scene, order: readonly number[]): Scene =>
  (step) => {
    const { gradients, losses } = original(step);
    return { gradients: order.map((k) => gradients[k]!), losses: order.map((k) => losses[k]!) };
  };

function expectSound({ told }: Run, tasks: number): void {
  for (const { direction, weights, heads } of told) {
    expect(direction.filter((value) => !Number.isFinite(value))).toHaveLength(0);
    for (const each of [weights, heads]) {
      if (each === undefined) continue;
      expect(each).toHaveLength(tasks);
      expect(each.filter((value) => !Number.isFinite(value))).toEqual([]);
    }
  }
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const unit = Math.max(...expected.map(Math.abs), 1e-30);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value) / unit, `${actual.join()} is not ${expected.join()}`).toBeLessThan(
      tolerance,
    );
  }
}

const copied = (run: Run): Run => ({
  ...run,
  state: JSON.parse(JSON.stringify(run.state)) as unknown,
  memory: Object.fromEntries(Object.entries(run.memory).map(([name, data]) => [name, data.slice()])),
  random: Random.from(JSON.parse(JSON.stringify(run.random.state)) as number[]),
});

/** The properties that every aggregator has. Call it inside a test file; it declares one `describe`. */
export function aggregatorContract(name: string, make: () => Aggregator): void {
  describe(`the aggregator ${name}`, () => {
    const aggregator = make();

    test("has a name, and says what paper it comes from or that there is none", () => {
      expect(aggregator.name).toMatch(/\S/);
      expect(aggregator.paper === null || aggregator.paper.url.startsWith("https://")).toBe(true);
      expect(aggregator.paper === null || aggregator.paper.year > 1900).toBe(true);
    });

    test("permuting the tasks leaves the direction, and permutes weights and factors", () => {
      const order = [2, 0, 3, 1];
      const before = drive(aggregator, scene(4));
      const after = drive(aggregator, rearranged(scene(4), order), { primary: 1 });
      for (const [step, { direction, weights, heads }] of before.told.entries()) {
        expectClose(after.told[step]!.direction, direction, 1e-4);
        if (weights)
          expectClose(
            after.told[step]!.weights!,
            order.map((k) => weights[k]!),
            1e-4,
          );
        if (heads)
          expectClose(
            after.told[step]!.heads!,
            order.map((k) => heads[k]!),
            1e-4,
          );
      }
    });

    test("zero gradients and zero losses: of one task, of the primary, of all", () => {
      for (const lengths of [
        [1, 0, 1],
        [0, 1, 1],
        [0, 0, 0],
      ]) {
        const silent = scene(3, lengths);
        expectSound(drive(aggregator, silent), 3);
        expectSound(
          drive(aggregator, (step) => ({ ...silent(step), losses: [0, 0, 0] })),
          3,
        );
      }
    });

    test("without any gradient there is no direction", () => {
      for (const { direction } of drive(aggregator, scene(3, [0, 0, 0])).told) {
        expect(direction.every((value) => value === 0)).toBe(true);
      }
    });

    test("one task alone goes down its own gradient", () => {
      // The same gradient at every step, so that a running mean of it is along it too.
      const run = drive(aggregator, () => scene(1)(0));
      expectSound(run, 1);
      const [gradient] = scene(1)(0).gradients;
      const length = (a: ArrayLike<number>): number => Math.hypot(...Array.from(a));
      for (const { direction } of run.told) {
        const along = direction.reduce((sum, value, i) => sum + value * gradient![i]!, 0);
        expect(along / length(direction) / length(gradient!)).toBeCloseTo(1, 5);
      }
    });

    test("duplicate tasks: a sound direction, the same weights for both", () => {
      const run = drive(aggregator, rearranged(scene(3), [0, 1, 2, 1]));
      expectSound(run, 4);
      for (const { weights } of run.told) {
        if (weights) expectClose([weights[1]!, 1], [weights[3]!, 1], 1e-6);
      }
    });

    test("gradients and losses of scales from 1e-10 to 1e15, equal and mixed", () => {
      for (const scale of [1e-10, 1e-5, 1e5, 1e15]) {
        for (const lengths of [
          [scale, scale, scale, scale],
          [1, scale, 1, 1 / scale],
          [scale, 1, 1, 1],
        ]) {
          expectSound(drive(aggregator, scene(4, lengths), { steps: 100 }), 4);
        }
      }
    });

    test.each([2, 16, 64])("%i tasks: a sound direction", (tasks) => {
      expectSound(drive(aggregator, scene(tasks), { steps: 3 }), tasks);
    });

    test("a run continued from state (through JSON), memory and random numbers is the undisturbed one", () => {
      const whole = drive(aggregator, scene(4), { steps: 20 });
      const half = drive(aggregator, scene(4), { steps: 11 });
      const rest = drive(aggregator, scene(4), { steps: 9, at: 11, from: copied(half) });
      expect([...half.told, ...rest.told]).toEqual(whole.told);
      expect(rest.memory).toEqual(whole.memory);
      expect(rest.state).toEqual(whole.state);
    });

    test("the same seed gives the same directions, also from a second instance", () => {
      expect(drive(make(), scene(4)).told).toEqual(drive(aggregator, scene(4)).told);
    });

    test("gradients, losses and the state given are not changed", () => {
      const shown = Array.from({ length: 10 }, (_, step) => scene(4)(step));
      const saved = structuredClone(shown);
      let run = drive(aggregator, (step) => shown[step]!, { steps: 1 });
      for (let at = 1; at < 10; at++) {
        const before = JSON.stringify(run.state);
        const next = drive(aggregator, (step) => shown[step]!, { steps: 1, at, from: run });
        expect(JSON.stringify(run.state)).toBe(before);
        run = next;
      }
      expect(shown).toEqual(saved);
    });

    test("weights and factors are the caller's own, and the state does not grow", () => {
      const sizes: number[] = [];
      let run = drive(aggregator, scene(4), { steps: 1 });
      for (let at = 1; at < 100; at++) {
        const before = JSON.stringify(run.state);
        const { weights, heads } = run.told[0]!;
        for (const each of [weights, heads]) (each as number[] | undefined)?.fill(Number.NaN);
        expect(JSON.stringify(run.state)).toBe(before);
        run = drive(aggregator, scene(4), { steps: 1, at, from: run });
        sizes.push(before.length);
      }
      expect(Math.max(...sizes.slice(70))).toBeLessThanOrEqual(1.1 * Math.max(...sizes.slice(0, 70)));
    });
  });
}
