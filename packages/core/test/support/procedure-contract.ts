import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { Random } from "@outrigger/core/random";
import type { StepReport } from "@outrigger/core/train/driver";
import { type FitOptions, type Fitted, fit } from "@outrigger/core/train/fit";
import { frozenRanges } from "@outrigger/core/train/freeze";
import type { Stepper } from "@outrigger/core/train/step";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Toy, toy } from "../fixtures/toy.ts";
import { refused } from "./errors.ts";
import { type Batch, stepper } from "./stepper.ts";

type HostBatch = Parameters<Stepper<Batch>["run"]>[0];

const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });

const open = (method: Procedure, { model, tasks, validation }: Toy): Stepper<Batch> =>
  stepper({ model, tasks, method, optimizer, dev: validation, params: model.init(Random.seeded(1, "init")) });

const batchesOf = (data: Toy, count: number): HostBatch[] => {
  const all = [...data.train.epoch(null)];
  return Array.from({ length: count }, (_, i) => all[i % all.length]!);
};

async function steps(of: Stepper<Batch>, count: number, data: Toy): Promise<StepReport[]> {
  const reports: StepReport[] = [];
  for (const batch of batchesOf(data, count)) reports.push(await of.run(batch, 0));
  return reports;
}

const numbersOf = (report: StepReport): number[] => [...report.losses, ...report.counts, ...report.weights];
const copies = (of: Stepper<Batch>): number[][] => [
  [...of.params.data],
  ...Object.values(of.slots).map((data) => [...data]),
  ...Object.values(of.memory).map((data) => [...data]),
];

/** What a procedure is tried on. */
export interface Trial {
  /** For every setting, the procedure with another one. Default: settings are not tried. */
  readonly others?: Readonly<Record<string, () => Procedure>>;
  /** Steps of one of its rounds. Default 1. */
  readonly every?: number;
  /** Four tasks, one of them "a". Default: the toy as it is. */
  readonly data?: (toy: Toy) => Toy;
  /** How many of them, from the first on, it can do with. Default 1. */
  readonly least?: number;
}

/** Properties that every procedure has. */
export function procedureContract(name: string, make: () => Procedure, trial: Trial = {}): void {
  const { others, every = 1, data: of = (data) => data, least = 1 } = trial;
  const dropped = of(toy({ dropout: 0.2 }));
  const plain = of(toy({ dropout: 0 }));
  describe(name, () => {
    const open1 = (data: Toy = dropped): Stepper<Batch> => open(make(), data);

    test("finite reports of T numbers, the same for the same seed; parameters move, and the batch is not changed", async () => {
      const [one, two] = [open1(), open1()];
      const before = [...one.params.data];
      const batch = batchesOf(dropped, 1)[0]!;
      const arrays = leaves<NDArray>(batch as unknown as Tree<NDArray>).map(({ data }) => [...data]);
      const reports = await steps(one, every + 3, dropped);
      for (const report of reports) {
        expect(numbersOf(report)).toHaveLength(12);
        expect(numbersOf(report).every(Number.isFinite)).toBe(true);
      }
      expect(one.params.data.every(Number.isFinite)).toBe(true);
      expect(one.params.data.some((value, i) => value !== before[i])).toBe(true);
      expect(leaves<NDArray>(batch as unknown as Tree<NDArray>).map(({ data }) => [...data])).toEqual(arrays);
      expect(await steps(two, every + 3, dropped)).toEqual(reports);
      expect(copies(two)).toEqual(copies(one));
      for (const run of [one, two]) await run.dispose();
    });

    test("the fewest tasks train", async () => {
      const { tasks } = dropped;
      const run = open1({ ...dropped, tasks: tasks.slice(0, least) });
      const first = [...run.params.data];
      await steps(run, every, dropped);
      expect(run.params.data.every(Number.isFinite)).toBe(true);
      expect([...run.params.data]).not.toEqual(first);
      await run.dispose();
    });

    // Not that of the primary: some fit a temporary one in its place, and refuse to start.
    const { name: auxiliary } = dropped.tasks.findLast(({ role }) => role === "auxiliary")!;
    test.each([["trunk"], [`heads/${auxiliary}`]])(
      "%s stays as it is where it is frozen, in copies too",
      async (part) => {
        const params = dropped.model.init(Random.seeded(1, "init"));
        const decaying = sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 });
        const run = stepper({
          ...dropped,
          method: make(),
          optimizer: decaying,
          dev: dropped.validation,
          params,
          frozen: [part],
        });
        const before = run.params.data.slice();
        await steps(run, every + 2, dropped);
        const still = frozenRanges(params, [part]);
        const inside = (data: Float32Array): number[] =>
          still.flatMap(([from, to]) => Array.from(data.subarray(from, to)));
        const vectors = Object.entries(run.memory).filter(([, { length }]) => length === before.length);
        for (const [name, data] of [["main/params", run.params.data] as const, ...vectors]) {
          const zero = name.endsWith("momentum");
          expect([name, inside(data)]).toEqual([
            name,
            inside(zero ? new Float32Array(before.length) : before),
          ]);
        }
        expect(inside(run.slots["momentum"]!).every((value) => value === 0)).toBe(true);
        const moved = run.params.data.filter((value, i) => value !== before[i]).length;
        expect(moved).toBeGreaterThan(0);
        await run.dispose();
      },
    );

    test("the order of tasks does not matter", async () => {
      const order = [2, 0, 3, 1];
      const [one, two] = [open1(plain), open1({ ...plain, tasks: order.map((k) => plain.tasks[k]!) })];
      const count = every + 1;
      const [first, second] = [await steps(one, count, plain), await steps(two, count, plain)];
      second.forEach(({ weights, losses }, i) => {
        order.forEach((k, place) => {
          expect(weights[place]).toBeCloseTo(first[i]!.weights[k]!, 3);
          expect(losses[place]).toBeCloseTo(first[i]!.losses[k]!, 3);
        });
      });
      one.params.data.forEach((value, i) => expect(two.params.data[i]).toBeCloseTo(value, 3));
      for (const run of [one, two]) await run.dispose();
    });

    test("the state given is not changed, and goes through JSON; over 500 steps neither it nor arrays nor tensors grow", async () => {
      const run = open1();
      await steps(run, 1, dropped);
      const { state: given } = run;
      const kept = JSON.stringify(given);
      await steps(run, 2 * every + 1, dropped);
      expect(JSON.stringify(given)).toBe(kept);
      expect(JSON.parse(JSON.stringify(run.state))).toEqual(run.state);
      const size = (): number[] => [
        tf.memory().numTensors,
        ...Object.values(run.memory).map(({ length }) => length),
      ];
      const [before, state] = [size(), JSON.stringify(run.state).length];
      await steps(run, 500, dropped);
      expect(size()).toEqual(before);
      expect(JSON.stringify(run.state).length).toBeLessThanOrEqual(1.2 * state + 40);
      await run.dispose();
    }, 60_000);

    test("settings are plain JSON, and all of them are tried", () => {
      const { settings } = make();
      expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
      if (others !== undefined) expect(Object.keys(others).sort()).toEqual(Object.keys(settings).sort());
    });

    describe("in fit", () => {
      let folder = "";
      beforeAll(async () => {
        folder = mkdtempSync(join(tmpdir(), "outrigger-procedure-"));
        await (await train(at("whole"))).dispose();
      });
      afterAll(() => rmSync(folder, { recursive: true }));

      const { model, ...data } = dropped;
      const train = (options: Partial<FitOptions<Batch>> = {}): Promise<Fitted<Batch>> =>
        fit(model, {
          ...data,
          dev: data.validation,
          method: make(),
          optimizer,
          epochs: Math.max(3, Math.ceil((2.5 * every) / 3)),
          seed: 1,
          threads: 1,
          progress: "none",
          ...options,
        });
      const at = (name: string): Partial<FitOptions<Batch>> => ({
        directory: join(folder, name),
        checkpointEvery: 2,
      });
      const endOf = (name: string): Buffer => readFileSync(join(folder, name, "checkpoint.safetensors"));

      test("a run stopped in the middle ends with the same bytes", async () => {
        const stop = new AbortController();
        let taken = 0;
        const halted = await train({
          ...at("stopped"),
          signal: stop.signal,
          progress: ({ kind }) => {
            if (kind === "step" && ++taken === every + 1) stop.abort();
          },
        });
        expect(halted.stopped).toBe("signal");
        await halted.dispose();
        await (await train(at("stopped"))).dispose();
        expect(endOf("stopped").equals(endOf("whole"))).toBe(true);
      });

      for (const [option, other] of Object.entries(others ?? {})) {
        test(`another ${option} is not continued, and the error names it`, async () => {
          const { code, message } = await refused(train({ ...at("whole"), method: other() }));
          const was = JSON.stringify(make().settings[option]);
          expect([code, message]).toEqual([
            "bad-option",
            expect.stringContaining(`method's ${option} (was ${was}, now `),
          ]);
        });
      }

      test("several steps a call and passing steps over are refused", async () => {
        expect((await refused(train({ stepsPerCall: 2 }))).code).toBe("bad-option");
        expect((await refused(train({ onNonFinite: "skip-step" }))).code).toBe("bad-option");
      });

      test("a loss that is not finite names its task", async () => {
        const [first] = data.train.epoch(null);
        const labels = {
          ...first!.labels,
          a: { ...first!.labels["a"]!, data: new Float32Array(32).fill(Number.NaN) },
        };
        const broken = { ...data.train, size: 1, epoch: () => [{ ...first!, labels }] };
        const { code, message } = await refused(train({ train: broken }));
        expect([code, message]).toEqual([
          "non-finite",
          expect.stringContaining('The loss of task "a" is NaN'),
        ]);
      });
    });
  });
}
