import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { restriction } from "../src/auxiliary/restriction.ts";
import type { Example } from "../src/example.ts";
import { addition } from "../src/task/addition.ts";
import { parity, parityCheck } from "../src/task/parity.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import { type Context, type SequenceTask, sequenceLength } from "../src/task/task.ts";
import { END, SEPARATOR, type Vocabulary, vocabulary } from "../src/vocabulary.ts";
import { tasks } from "./all-tasks.ts";

const words = (task: SequenceTask): Vocabulary =>
  vocabulary({ symbols: task.alphabet.length, tasks: ["other", task.name] });

/** What an example says by itself: the context that its tokens and position ids show, and its target. */
function read(example: Example, { symbol }: Vocabulary): { context: Context; target: number | "end" } {
  const { tokens, positions } = example;
  const first = symbol(0);
  const separator = tokens.indexOf(SEPARATOR);
  const length = positions[separator]! - 1;
  const items = tokens.map((token, i) => ({ at: positions[i]! - 1, symbol: token - first }));
  const target = tokens.at(-1)!;
  return {
    context: {
      length,
      inputs: items.slice(1, separator),
      outputs: items.slice(separator + 1, -1).map(({ at, symbol }) => ({ at: at - length - 1, symbol })),
    },
    target: target === END ? "end" : target - first,
  };
}

const settings = fc
  .record({
    seed: fc.integer(),
    trainLength: fc.integer({ min: 4, max: 9 }),
    more: fc.integer({ min: 0, max: 25 }),
  })
  .map(({ more, ...rest }) => ({ ...rest, longest: rest.trainLength + more }));

function expectSound(example: Example, task: SequenceTask, trainLength: number, largest: number): void {
  const { tokens, positions, targets } = example;
  expect(tokens.length).toBeLessThanOrEqual(sequenceLength(task, trainLength));
  expect(tokens.indexOf(SEPARATOR) - 1).toBeLessThanOrEqual(task.inputLength(trainLength));
  expect(targets).toEqual([tokens.length - 1]);
  expect(positions).toHaveLength(tokens.length);
  expect(positions.every((id, i) => i === 0 || id > positions[i - 1]!)).toBe(true);
  expect(positions[0]).toBe(0);
  expect(positions.at(-1)).toBeLessThanOrEqual(largest);
  expect(tokens[0]).toBe(words(task).task(task.name));
}

const sparse = tasks.filter(({ sparse }) => sparse !== undefined);
const closed = tasks.filter(({ closed }) => closed);

describe.each(sparse.map((task) => ({ name: task.name, task })))("a restriction of $name", ({ task }) => {
  const vocabulary = words(task);

  test("has one target, which the solver gives from what is left; no more items and tokens than training has", () => {
    fc.assert(
      fc.property(settings, ({ seed, ...options }) => {
        const source = restriction(task, vocabulary, options);
        const example = source.draw(Random.seeded(seed, "restriction"));
        expectSound(example, task, options.trainLength, source.largestPosition);
        const { context, target } = read(example, vocabulary);
        expect(task.sparse!.next(context)).toBe(target);
        expect(source.draw(Random.seeded(seed, "restriction"))).toEqual(example);
      }),
      { numRuns: 60 },
    );
  });

  test("renumbered has ids 0, 1, 2, … and the same target, or is refused where ids are counted", () => {
    const renumbered = (options: { trainLength: number; longest: number }) =>
      restriction(task, vocabulary, { ...options, positions: "renumbered" });
    if (task.sparse!.positional) {
      expect(() => renumbered({ trainLength: 5, longest: 9 })).toThrow(
        expect.objectContaining({ code: "bad-option" }),
      );
      return;
    }
    fc.assert(
      fc.property(settings, ({ seed, ...options }) => {
        const example = renumbered(options).draw(Random.seeded(seed, "restriction"));
        expect(example.positions).toEqual(example.tokens.map((_, i) => i));
        const { context, target } = read(example, vocabulary);
        expect(task.sparse!.next(context)).toBe(target);
        const kept = restriction(task, vocabulary, options).draw(Random.seeded(seed, "restriction"));
        expect(kept.tokens).toEqual(example.tokens);
      }),
      { numRuns: 60 },
    );
  });
});

test.each(closed.map((task) => ({ name: task.name, task })))(
  "a recomputed restriction of $name asks for the answer of the part that is left",
  ({ task }) => {
    const vocabulary = words(task);
    fc.assert(
      fc.property(settings, ({ seed, ...options }) => {
        const source = restriction(task, vocabulary, { ...options, support: "recompute" });
        const example = source.draw(Random.seeded(seed, "recompute"));
        expectSound(example, task, options.trainLength, source.largestPosition);
        const { context, target } = read(example, vocabulary);
        const answer = task.solve(context.inputs.map(({ symbol }) => symbol));
        const outputs = context.outputs.map(({ symbol }) => symbol);
        expect(outputs).toEqual(answer.slice(0, outputs.length));
        expect(target).toBe(answer[outputs.length] ?? "end");
      }),
      { numRuns: 60 },
    );
  },
);

describe("restriction", () => {
  const random = Random.seeded(3, "draws");

  test("keeps every input that is not in the support equally often, and inputs of length up to N_max", () => {
    const task = sorting({ symbols: 12 });
    const vocabulary = words(task);
    const source = restriction(task, vocabulary, { trainLength: 6, longest: 12 });
    const kept = Array.from({ length: 13 }, () => 0);
    const lengths = Array.from({ length: 13 }, () => 0);
    for (let i = 0; i < 14_000; i++) {
      const { context } = read(source.draw(random), vocabulary);
      lengths[context.length]! += 1;
      if (context.length === 12) for (const { at } of context.inputs) kept[at]! += 1;
    }
    for (const count of lengths.slice(6)) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(2000));
    const mean = kept.slice(0, 12).reduce((sum, count) => sum + count, 0) / 12;
    for (const count of kept.slice(0, 12)) expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
    expect(lengths.slice(0, 6).every((count) => count === 0)).toBe(true);
  });

  test("always keeps output t - 1, the token that the target follows, and asks for every step and for the end", () => {
    const task = reversal();
    const source = restriction(task, words(task), { trainLength: 4, longest: 4 });
    const steps = new Map<number, number>();
    for (let i = 0; i < 2500; i++) {
      const { context, target } = read(source.draw(random), words(task));
      const t = (context.outputs.at(-1)?.at ?? -1) + 1;
      steps.set(t, (steps.get(t) ?? 0) + 1);
      expect(target === "end").toBe(t === 4);
    }
    expect([...steps.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    for (const count of steps.values()) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
  });

  test("with coupled positions has the same tokens and the coupled ids of the long instance", () => {
    const task = addition();
    const options = { trainLength: 4, longest: 9 };
    for (let seed = 0; seed < 60; seed++) {
      const draw = (positions: "kept" | "coupled") =>
        restriction(task, words(task), { ...options, positions }).draw(Random.seeded(seed, "coupled"));
      const [kept, coupled] = [draw("kept"), draw("coupled")];
      expect(coupled.tokens).toEqual(kept.tokens);
      const { length } = read(kept, words(task)).context;
      const digits = (length - 1) / 2;
      expect(coupled.positions).toEqual(
        kept.positions.map((id) => {
          if (id === 0) return 0;
          if (id === digits + 1 || id === length + 1) return 1;
          return id <= digits ? id + 1 : id <= length ? id - digits : id - length;
        }),
      );
    }
  });

  test("refuses what has no restriction, naming the reason", () => {
    const refused = (task: SequenceTask, options: Partial<Parameters<typeof restriction>[2]>) =>
      expect(() => restriction(task, words(task), { trainLength: 5, longest: 9, ...options })).toThrow(
        expect.objectContaining({ code: "bad-option" }),
      );
    expect(() => restriction(parityCheck(), words(parityCheck()), { trainLength: 5, longest: 9 })).toThrow(
      /Every bit changes the answer/,
    );
    refused(addition(), { support: "recompute" });
    refused(parity(), { support: "recompute", positions: "coupled" });
    refused(tasks.find(({ name }) => name === "counting")!, { positions: "coupled" });
    refused(sorting(), { longest: 4 });
    refused(sorting(), { shortest: 6 });
    refused(sorting(), { trainLength: 5.5 });
    expect(() =>
      restriction(sorting(), vocabulary({ symbols: 50, tasks: ["x"] }), { trainLength: 5, longest: 9 }),
    ).toThrow(/"sort" has no token/);
  });

  test("a support that never fits is an error and not a loop without an end", () => {
    const whole = sorting();
    const task: SequenceTask = {
      ...whole,
      sparse: { ...whole.sparse!, support: (input) => ({ inputs: [...input.keys()], outputs: [] }) },
    };
    const source = restriction(task, words(task), { trainLength: 3, longest: 3 });
    expect(source.draw(random).tokens.length).toBeGreaterThan(4);
    const sorted = { ...task, inputLength: () => 2 };
    expect(() => restriction(sorted, words(task), { trainLength: 3, longest: 3 }).draw(random)).toThrow(
      expect.objectContaining({ code: "unsupported" }),
    );
  });
});
