import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Instance, type Item, range, type SparseRule } from "../src/task/task.ts";
import { contextOf, keep, tasks } from "./all-tasks.ts";

const seeds = fc.integer();
const lengths = fc.integer({ min: 3, max: 40 });

describe.each(tasks.map((task) => ({ name: task.name, task })))("$name", ({ task }) => {
  test("samples what the solver answers, of the lengths and symbols that it promises, the same for a seed", () => {
    fc.assert(
      fc.property(seeds, lengths, (seed, length) => {
        const { input, output } = task.sample(Random.seeded(seed, "task"), length);
        expect(output).toEqual(task.solve(input));
        expect(input.length).toBeLessThanOrEqual(task.inputLength(length));
        expect(output.length).toBeLessThanOrEqual(task.outputLength(length));
        expect([...input, ...output].every((symbol) => task.alphabet[symbol] !== undefined)).toBe(true);
        expect(task.sample(Random.seeded(seed, "task"), length)).toEqual({ input, output });
      }),
      { numRuns: 40 },
    );
  });

  test("has instances from its minimum on, and an error below", () => {
    const { input, output } = task.sample(Random.seeded(1, "least"), task.minimum);
    expect(task.solve(input)).toEqual(output);
    for (const length of [task.minimum - 1, 0.5 + task.minimum, Number.NaN])
      expect(() => task.sample(Random.seeded(1, "less"), length)).toThrow(
        expect.objectContaining({ code: "bad-option" }),
      );
  });

  test("has a sparse rule or says why not", () => {
    expect(task.sparse === undefined).toBe(task.dense !== undefined);
    if (task.dense !== undefined) expect(task.dense).toMatch(/\.$/);
  });

  if (task.closed)
    test("solves every part of an input", () => {
      fc.assert(
        fc.property(seeds, lengths, (seed, length) => {
          const random = Random.seeded(seed, "part");
          const { input } = task.sample(random, length);
          const part = keep(random, input.length, [random.integer(input.length)], 0.5).map((i) => input[i]!);
          const output = task.solve(part);
          expect(output.length).toBeGreaterThan(0);
          expect(output.every((symbol) => task.alphabet[symbol] !== undefined)).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

  if (task.coupling !== undefined) {
    const { ids, known } = task.coupling;
    test("has a coupled id for every token", () => {
      const instance = task.sample(Random.seeded(2, "coupled"), 9);
      const coupled = ids(instance);
      expect(coupled.inputs).toHaveLength(instance.input.length);
      expect(coupled.outputs).toHaveLength(instance.output.length + 1);
      expect(Math.min(...coupled.inputs, coupled.separator, ...coupled.outputs)).toBe(1);
      const sign = ({ input }: Instance) => input.findIndex((symbol) => task.alphabet[symbol] === "+");
      const others = range(0, 60)
        .map((seed) => task.sample(Random.seeded(seed, "other"), 9))
        .filter((other) => sign(other) === sign(instance));
      const same = others.filter((other) => JSON.stringify(ids(other)) === JSON.stringify(coupled));
      expect(others.length).toBeGreaterThan(0);
      expect(same).toHaveLength(known ? others.length : 0);
    });
  }
});

const sparse = tasks.filter(({ sparse }) => sparse !== undefined);

describe.each(sparse.map((task) => ({ name: task.name, task })))("the sparse rule of $name", ({ task }) => {
  const rule: SparseRule = task.sparse!;
  const answer = (output: readonly number[], t: number) => output[t] ?? "end";

  test("gives output after output of the solver, then the end", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 3, max: 20 }), (seed, length) => {
        const { input, output } = task.sample(Random.seeded(seed, "whole"), length);
        const told = range(0, output.length + 1).map((t) =>
          rule.next(contextOf(input, output, { inputs: range(0, input.length), outputs: range(0, t) })),
        );
        expect(told).toEqual([...output, "end"]);
      }),
      { numRuns: 20 },
    );
  });

  test("gives the same token from every part that holds the support, renumbered too if it is not positional", () => {
    fc.assert(
      fc.property(seeds, lengths, fc.constantFrom(0, 0.2, 0.7), (seed, length, share) => {
        const random = Random.seeded(seed, "restricted");
        const { input, output } = task.sample(random, length);
        const t = random.integer(output.length + 1);
        const support = rule.support(input, t);
        expect([...support.inputs].sort((a, b) => a - b)).toEqual(support.inputs);
        expect(Math.max(-1, ...support.outputs)).toBeLessThan(t);
        const kept = {
          inputs: keep(random, input.length, support.inputs, share),
          outputs: keep(random, t, [...support.outputs, t - 1], share),
        };
        expect(rule.next(contextOf(input, output, kept))).toBe(answer(output, t));
        if (!rule.positional) expect(rule.next(contextOf(input, output, kept, true))).toBe(answer(output, t));
      }),
      { numRuns: 150 },
    );
  });

  // The support of sorting has the source of output t - 1 as well: a model that finds y_{t-1} in the input looks there.
  const exact = !["sort", "sort-repeats", "sort-pairs", "bucket-sort"].includes(task.name);
  if (exact)
    test("does not ask for more than it needs: with an item of the support gone the answer is lost or can change", () => {
      const lost = (t: number, input: readonly number[], output: readonly number[]): boolean[] => {
        const { inputs } = rule.support(input, t);
        const outputs = range(0, t);
        return inputs.map((gone) => {
          const left = { inputs: inputs.filter((i) => i !== gone), outputs };
          const told = (items: readonly Item[]) => {
            try {
              return rule.next({ ...contextOf(input, output, left), inputs: items });
            } catch {
              return "lost";
            }
          };
          const context = contextOf(input, output, left);
          if (told(context.inputs) !== answer(output, t)) return true;
          const changed = task.alphabet.map((_, symbol) =>
            told([...context.inputs, { at: gone, symbol }].sort((a, b) => a.at - b.at)),
          );
          return changed.some((other) => other !== answer(output, t));
        });
      };
      const draws = range(0, 40).map((seed) => {
        const random = Random.seeded(seed, "needed");
        const { input, output } = task.sample(random, 6);
        return lost(random.integer(output.length + 1), input, output);
      });
      expect(draws.flat().length).toBeGreaterThan(0);
      expect(draws.flat().every(Boolean)).toBe(true);
    });

  test("says so when the support is not there", () => {
    const { input, output } = task.sample(Random.seeded(3, "empty"), 7);
    const empty = { length: input.length, inputs: [], outputs: [] };
    // Sorting takes what is left for the whole input: without any it is at its end.
    if (exact) expect(() => rule.next(empty)).toThrow(expect.objectContaining({ code: "bad-data" }));
    else expect(rule.next(empty)).not.toBe(output[0]);
  });
});
