import type { FeatureMethod } from "@outrigger/core/feature/feature-method";
import {
  array,
  type Compiled,
  compile,
  leaves,
  mapTree,
  type NDArray,
  type Tree,
} from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";

const [samples, width] = [6, 4];

/** T gradients with respect to z of every step. */
type Scene = (step: number) => NDArray[];

interface Told {
  direction: number[];
  weights: number[];
  cosines?: (number | null)[];
}

interface Run {
  told: Told[];
  state: unknown;
  /** Numbers that were not finite, and how many numbers were told. */
  broken: number;
  counts: Set<number>;
}

const draws = (random: Random, length: number): NDArray =>
  array(
    Float32Array.from({ length: samples * width }, () => length * random.normal()),
    [samples, width],
  );

/** Gradients of the given lengths, the same on every call. */
const scene =
  (tasks: number, lengths: readonly number[] = Array.from({ length: tasks }, () => 1)): Scene =>
  (step) => {
    const random = Random.seeded(step, "features");
    return lengths.map((length) => draws(random, length));
  };

const rearranged =
  (original: Scene, order: readonly number[]): Scene =>
  (step) => {
    const rows = original(step);
    return order.map((k) => rows[k]!);
  };

/** Parameters of the layers, as they may be after some steps. */
const learnt = (method: FeatureMethod, tasks: number): Tree<NDArray>[] =>
  Array.from({ length: tasks }, (_, k) => {
    const random = Random.seeded(k % 2, "layer");
    return mapTree(method.layer(width).init(random), ({ shape, data }) =>
      array(
        Float32Array.from(data, (value) => value + 1e-3 * random.normal()),
        shape,
      ),
    );
  });

interface Combined {
  direction: NDArray;
  told: NDArray;
  slopes: Tree<NDArray>[];
  settled: Tree<NDArray>[];
}

/** Runs a method as a step does: its part of the graph, and what it learns from it. */
class Driven {
  readonly #method: FeatureMethod;
  readonly #tasks: number;
  readonly #combine: Compiled;
  readonly inserted: Tree<NDArray>[];

  constructor(method: FeatureMethod, tasks: number, primary = 0) {
    this.#method = method;
    this.#tasks = tasks;
    this.inserted = learnt(method, tasks);
    this.#combine = compile(
      ((rows: Tensor[], inserted: Tree<Tensor>[], given: Scalar[]) => {
        return method.combine({ gradients: rows, inserted, primary, given });
      }) as never,
      { threads: 1 },
    );
  }

  async combine(rows: NDArray[], state: unknown): Promise<Combined> {
    const given = this.#method.give(state).map((value) => array([value], []));
    return (await this.#combine(rows, this.inserted, given)) as unknown as Combined;
  }

  async run(
    shown: Scene,
    { steps = 30, from = 0, state = this.#method.init(this.#tasks, 0) } = {},
  ): Promise<Run> {
    const told: Told[] = [];
    const counts = new Set<number>();
    let [current, broken] = [state, 0];
    for (let step = from; step < from + steps; step++) {
      const made = await this.combine(shown(step), current);
      const numbers = leaves<NDArray>(made as unknown as Tree<NDArray>).flatMap(({ data }) => [...data]);
      broken += numbers.filter((value) => !Number.isFinite(value)).length;
      counts.add(made.told.data.length);
      const { state: next, ...said } = this.#method.learn([...made.told.data], current);
      told.push({ direction: [...made.direction.data], ...said });
      current = next;
    }
    return { told, state: current, broken, counts };
  }

  dispose(): Promise<void> {
    return this.#combine.dispose();
  }
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance = 1e-4): void {
  const unit = Math.max(...expected.map(Math.abs), 1e-30);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value) / unit, `${actual.join()} is not ${expected.join()}`).toBeLessThan(
      tolerance,
    );
  });
}

function expectSound({ told, broken, counts }: Run, tasks: number, tells: number): void {
  expect(broken).toBe(0);
  expect([...counts]).toEqual([tells * tasks]);
  for (const { weights, cosines } of told) {
    expect(weights.filter(Number.isFinite)).toHaveLength(tasks);
    if (cosines) expect(cosines).toHaveLength(tasks);
  }
}

/** The properties that every feature method has. Call it inside a test file; it declares one `describe`. */
export function featureContract(name: string, make: () => FeatureMethod): void {
  describe(`the feature method ${name}`, () => {
    const drivers = new Map<string, Driven>();
    const driver = (tasks: number, primary = 0): Driven => {
      const found = drivers.get(`${tasks} ${primary}`) ?? new Driven(make(), tasks, primary);
      drivers.set(`${tasks} ${primary}`, found);
      return found;
    };
    const run = (tasks: number, shown: Scene, options?: Parameters<Driven["run"]>[1], primary = 0) =>
      driver(tasks, primary).run(shown, options);
    afterAll(async () => {
      for (const each of drivers.values()) await each.dispose();
    });

    test("has a name, and says what paper it comes from or that there is none", () => {
      const { name: own, paper } = make();
      expect(own).toMatch(/\S/);
      expect(paper === null || (paper.url.startsWith("https://") && paper.year > 1900)).toBe(true);
    });

    test("permuting the tasks leaves the direction, and permutes the weights", async () => {
      const order = [2, 0, 3, 1];
      const before = await run(4, scene(4));
      const after = await run(4, rearranged(scene(4), order), {}, 1);
      before.told.forEach(({ direction, weights }, step) => {
        expectClose(after.told[step]!.direction, direction);
        expectClose(
          after.told[step]!.weights,
          order.map((k) => weights[k]!),
        );
      });
    });

    test("zero gradients: of one task, of the primary, of all; without any there is no direction", async () => {
      for (const lengths of [
        [1, 0, 1],
        [0, 1, 1],
        [0, 0, 0],
      ]) {
        const made = await run(3, scene(3, lengths));
        expectSound(made, 3, make().tells);
        if (Math.max(...lengths) > 0) continue;
        for (const { direction } of made.told) expect(direction.every((value) => value === 0)).toBe(true);
      }
    });

    test("one task alone goes along its own gradient", async () => {
      const shown = scene(1);
      const { told } = await run(1, shown);
      told.forEach(({ direction }, step) => {
        const gradient = [...shown(step)[0]!.data];
        const along = direction.reduce((sum, value, i) => sum + value * gradient[i]!, 0);
        expect(along / Math.hypot(...direction) / Math.hypot(...gradient)).toBeCloseTo(1, 5);
      });
    });

    test("duplicate tasks: sound, and the same weights for both", async () => {
      const { told } = await run(4, rearranged(scene(3), [0, 1, 2, 1]));
      for (const { weights } of told) expectClose([weights[1]!, 1], [weights[3]!, 1], 1e-6);
    });

    test("gradients of scales from 1e-10 to 1e15, equal and mixed", async () => {
      for (const scale of [1e-10, 1e-5, 1e5, 1e15]) {
        for (const lengths of [
          [scale, scale, scale, scale],
          [1, scale, 1, 1 / scale],
          [scale, 1, 1, 1],
        ]) {
          expectSound(await run(4, scene(4, lengths)), 4, make().tells);
        }
      }
    });

    test.each([2, 32])("%i tasks: sound", async (tasks) => {
      expectSound(await run(tasks, scene(tasks), { steps: 3 }), tasks, make().tells);
    });

    test("its slopes move its layers, without any gradient do not, and fit their parameters", async () => {
      const own = driver(3);
      const state = make().init(3, 0);
      const shapes = (trees: unknown): number[][] =>
        leaves<NDArray>(trees as Tree<NDArray>).map(({ shape }) => [...shape]);
      const length = (trees: Tree<NDArray>): number =>
        Math.hypot(...leaves<NDArray>(trees).flatMap(({ data }) => [...data]));
      const [moved, still] = [
        await own.combine(scene(3)(0), state),
        await own.combine(scene(3, [0, 0, 0])(0), state),
      ];
      expect(length(moved.slopes)).toBeGreaterThan(0);
      expect(length(still.slopes)).toBe(0);
      for (const trees of [moved.slopes, moved.settled]) expect(shapes(trees)).toEqual(shapes(own.inserted));
    });

    test("its layers compute the same from settled parameters", async () => {
      const layer = make().layer(width);
      const apply = compile(layer.apply.bind(layer) as never, { threads: 1 });
      const own = driver(3);
      const { settled } = await own.combine(scene(3)(0), make().init(3, 0));
      const z = draws(Random.seeded(0, "z"), 1);
      for (const [k, before] of own.inserted.entries()) {
        const [one, two] = [await apply(before, z), await apply(settled[k]!, z)] as unknown as NDArray[];
        expectClose([...two!.data], [...one!.data]);
      }
      await apply.dispose();
    });

    test("a run continued from its state through JSON is the undisturbed one, and two instances agree", async () => {
      const whole = await run(4, scene(4), { steps: 30 });
      const half = await run(4, scene(4), { steps: 23 });
      const state = JSON.parse(JSON.stringify(half.state)) as unknown;
      const rest = await run(4, scene(4), { steps: 7, from: 23, state });
      expect([...half.told, ...rest.told]).toEqual(whole.told);
      expect(rest.state).toEqual(whole.state);
    });

    test("the state given is not changed, the count of numbers stays, and the state does not grow", async () => {
      const method = make();
      let { state } = await run(4, scene(4), { steps: 1 });
      const sizes: number[] = [];
      const count = method.give(state).length;
      for (let from = 1; from < 60; from++) {
        const before = JSON.stringify(state);
        const next = await run(4, scene(4), { steps: 1, from, state });
        expect(JSON.stringify(state)).toBe(before);
        expect(method.give(next.state)).toHaveLength(count);
        sizes.push(before.length);
        state = next.state;
      }
      expect(Math.max(...sizes.slice(40))).toBeLessThanOrEqual(1.2 * Math.max(...sizes.slice(0, 40)));
    });
  });
}
