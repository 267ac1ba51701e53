import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaves, type NDArray, pcgrad, Random, staticWeights } from "@outrigger/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { predictor } from "../src/evaluate/teacher-forced.ts";
import { learned } from "../src/model/position/learned.ts";
import { randomizedPositions } from "../src/positions/randomized.ts";
import { budgetOf, sequenceBatches, stepsFor } from "../src/train/batches.ts";
import { curriculum, drawLength } from "../src/train/curriculum.ts";
import { type MixedTask, placed, rowsOf } from "../src/train/mixture.ts";
import { type TrainOptions, trainDecoder } from "../src/train/train.ts";
import { cpu, reversed, small, stream } from "./small-model.ts";

const longest = 11;
const main: MixedTask = {
  name: "reversal",
  role: "primary",
  source: { longest, draw: (random) => reversed(random, 2 + random.integer(3)) },
};
const helper: MixedTask = {
  name: "pairs",
  role: "auxiliary",
  share: 1,
  source: { longest: 7, draw: (random) => reversed(random, 2) },
};
const options: TrainOptions = {
  ...cpu,
  decoder: small({ size: 16 }),
  tasks: [main, helper],
  mixing: "steps",
  batchSize: 16,
  steps: 60,
  learningRate: 1e-2,
  seed: 3,
};

const numbers = (params: unknown): number[] =>
  leaves<NDArray>(params as never).flatMap(({ data }) => [...data]);

describe("training", () => {
  it("learns: a trained decoder reverses what it was trained on, and counts what it read", async () => {
    const trained = await trainDecoder({ ...options, tasks: [helper, main].toReversed(), steps: 400 });
    const examples = Array.from({ length: 32 }, () => reversed(stream("test"), 2));
    const found = predictor(options.decoder, trained.params, cpu);
    const right = (await found.predict(examples)).filter((tokens, i) =>
      examples[i]!.targets.every((at) => tokens[at - 1] === examples[i]!.tokens[at]),
    );
    await found.dispose();
    expect(right.length).toBeGreaterThanOrEqual(31);
    const { budget } = trained;
    expect(budget.steps).toBe(400);
    expect(budget.taskSteps["reversal"]! + budget.taskSteps["pairs"]!).toBe(400);
    expect(budget.taskTokens["pairs"]).toBe(budget.taskSteps["pairs"]! * 16 * 6);
  });

  it.each([
    [
      "weights, with all tasks in every batch",
      { mixing: "rows", method: staticWeights({ weights: [1, 0.5] }) },
    ],
    ["a method that compares gradients", { mixing: "rows", method: pcgrad() }],
  ] as const)("mixes tasks by %s", async (_, given) => {
    const trained = await trainDecoder({ ...options, ...given, steps: 40 });
    expect(trained.budget.taskSteps).toEqual({ reversal: 40, pairs: 40 });
    expect(trained.losses["reversal"]).toBeGreaterThan(0);
    // Uniform guesses have the loss ln 12.
    expect(trained.losses["reversal"]!).toBeLessThan(Math.log(12));
  });

  it("takes the fewest steps that read a number of tokens, and refuses a budget of none", () => {
    const { decoder: _, seed: _seed, ...mixture } = options;
    const read = (steps: number): number => budgetOf({ ...mixture, steps }, stream()).tokens;
    for (const tokens of [1, 16, 1_000, 5_000]) {
      const steps = stepsFor(mixture, stream(), tokens);
      expect(read(steps)).toBeGreaterThanOrEqual(tokens);
      if (steps > 1) expect(read(steps - 1)).toBeLessThan(tokens);
    }
    expect(() => stepsFor(mixture, stream(), 0)).toThrow(expect.objectContaining({ code: "bad-option" }));
  });

  it("goes on bit for bit after an interruption", async () => {
    const directory = mkdtempSync(join(tmpdir(), "outrigger-seq-"));
    const whole = await trainDecoder(options);
    const stop = new AbortController();
    const interrupted = await trainDecoder({
      ...options,
      directory,
      signal: stop.signal,
      callbacks: [(event) => event.kind === "step" && event.done === 23 && stop.abort()],
    });
    expect(interrupted.stopped).toBe("signal");
    expect(numbers(interrupted.params)).not.toEqual(numbers(whole.params));
    const resumed = await trainDecoder({ ...options, directory });
    rmSync(directory, { recursive: true });
    expect(numbers(resumed.params)).toEqual(numbers(whole.params));
    expect(resumed.budget).toEqual(whole.budget);
  });

  it("takes drawn position ids, and says which one its table has not", async () => {
    const decoder = small({ size: 16, positions: learned({ ids: 40 }) });
    const drawn = (ids: number): MixedTask => ({
      ...main,
      source: placed(main.source, (example, random) => randomizedPositions(example, random, ids)),
    });
    const given = { ...options, decoder, steps: 2 };
    const { losses } = await trainDecoder({ ...given, tasks: [drawn(40)] });
    expect(losses["reversal"]).toBeGreaterThan(0);
    const wrong = trainDecoder({ ...given, steps: 20, tasks: [drawn(400)] });
    await expect(wrong).rejects.toThrow(/position id \d+ is none of 0 to 39/);
    const few = trainDecoder({ ...given, decoder: small({ vocabulary: 5 }) });
    await expect(few).rejects.toThrow(/token \d+ is none of the 5/);
  });

  it("counts the very examples that the run drew", async () => {
    const seen: string[] = [];
    const draw: MixedTask["source"]["draw"] = (random, progress) => {
      const example = main.source.draw(random, progress);
      seen.push(example.tokens.join());
      return example;
    };
    await trainDecoder({ ...options, steps: 5, tasks: [{ ...main, source: { longest, draw } }] });
    const drawn = 5 * options.batchSize;
    // First those of the training, last those that were counted; between them what `fit` looks at after the epoch.
    expect(seen.slice(0, drawn)).toEqual(seen.slice(-drawn));
    expect(seen.length).toBeGreaterThan(2 * drawn);
  });

  it("starts all arms of a seed from the same parameters", async () => {
    const still = { ...options, mixing: "rows", steps: 1, learningRate: 0 } as const;
    const [with_, without] = [await trainDecoder(still), await trainDecoder({ ...still, tasks: [main] })];
    expect(numbers(with_.params)).toEqual(numbers(without.params));
  });
});

describe("batches", () => {
  it("have the shape of the longest example of any task, and masks that part the targets", () => {
    const batches = sequenceBatches({ tasks: [main, helper], mixing: "rows", batchSize: 6, steps: 3 });
    for (const batch of batches.epoch(stream())) {
      expect(batch.tokens.shape).toEqual([6, longest - 1]);
      const { reversal, pairs } = batch.masks;
      expect([...reversal!.data].every((value, i) => value === 0 || pairs!.data[i] === 0)).toBe(true);
      // The pairs' three rows have three targets each: two symbols and the end.
      expect([...pairs!.data].reduce((a, b) => a + b)).toBe(9);
    }
  });

  it("count what a run reads, padding left out", () => {
    const given = { tasks: [main, helper], mixing: "steps", batchSize: 5, steps: 40 } as const;
    const budget = budgetOf(given, Random.seeded(7, "shuffle"));
    let [tokens, targets] = [0, 0];
    for (const batch of sequenceBatches(given).epoch(Random.seeded(7, "shuffle"))) {
      // Every sequence starts with the token 0 and has no other.
      for (let row = 0; row < 5; row++) {
        const line = [...batch.tokens.data.subarray(row * 10, row * 10 + 10)];
        tokens += 1 + line.filter((token) => token !== 0).length;
      }
      for (const { data } of Object.values(batch.masks)) targets += [...data].reduce((a, b) => a + b);
    }
    expect(budget).toMatchObject({ steps: 40, tokens, targets });
  });

  it("refuse a task without rows and shares that are no numbers", () => {
    const given = {
      tasks: [main, { ...helper, share: 0.1 }],
      mixing: "rows",
      batchSize: 4,
      steps: 1,
    } as const;
    expect(() => sequenceBatches(given)).toThrow(/"pairs" gets no row of 4/);
    expect(() => sequenceBatches({ ...given, tasks: [{ ...main, share: -1 }] })).toThrow(
      /share of task "reversal"/,
    );
  });

  it("give rows by the shares, none lost", () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 200 }), (list, size) => {
        const rows = rowsOf(
          list.map((share) => ({ ...main, share })),
          size,
        );
        const total = list.reduce((a, b) => a + b);
        expect(rows.reduce((a, b) => a + b)).toBe(size);
        rows.forEach((count, k) => expect(Math.abs(count - (size * list[k]!) / total)).toBeLessThan(1));
      }),
    );
  });
});

describe("a curriculum", () => {
  const at = (rule: Parameters<typeof drawLength>[0], progress: number): number[] => {
    const random = stream("lengths");
    return Array.from({ length: 400 }, () => drawLength(rule, [2, 10], random, progress));
  };

  it("grows from the shortest length to all of them", () => {
    const rule = { kind: "growing", until: 0.5 } as const;
    expect(new Set(at(rule, 0))).toEqual(new Set([2]));
    expect(Math.max(...at(rule, 0.25))).toBe(6);
    expect(new Set(at(rule, 0.5)).size).toBe(9);
    expect(new Set(at(rule, 0.99)).size).toBe(9);
  });

  it("draws short lengths more often by τ", () => {
    const lengths = at({ kind: "short-first", tau: 0.5 }, 0);
    const share = lengths.filter((length) => length === 2).length / 400;
    expect(Math.abs(share - 0.5)).toBeLessThan(0.08);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(10);
  });

  it("is a source for training, told how far it is", () => {
    const seen: number[] = [];
    const source = curriculum({
      lengths: [2, 4],
      rule: { kind: "growing", until: 1 },
      longest,
      example: (random, length) => {
        seen.push(length);
        return reversed(random, length);
      },
    });
    const batches = sequenceBatches({
      tasks: [{ ...main, source }],
      mixing: "steps",
      batchSize: 2,
      steps: 30,
    });
    for (const _ of batches.epoch(stream()));
    expect(Math.max(...seen.slice(0, 20))).toBe(2);
    expect(Math.max(...seen.slice(-10))).toBeGreaterThan(2);
  });

  it("refuses rules that mean nothing", () => {
    const given = { lengths: [2, 4], longest, example: reversed } as const;
    expect(() => curriculum({ ...given, rule: { kind: "growing", until: 0 } })).toThrow(/until/);
    expect(() => curriculum({ ...given, lengths: [4, 2], rule: { kind: "uniform" } })).toThrow(
      /shorter first/,
    );
  });
});
