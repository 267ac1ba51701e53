import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { restriction } from "../src/auxiliary/restriction.ts";
import { wholeExample } from "../src/auxiliary/whole.ts";
import type { Example } from "../src/example.ts";
import { abacusPositions } from "../src/positions/abacus.ts";
import { offsetPositions } from "../src/positions/offset.ts";
import { randomizedPositions } from "../src/positions/randomized.ts";
import { addition } from "../src/task/addition.ts";
import { copy } from "../src/task/copy.ts";
import { duplicateString } from "../src/task/duplicate-string.ts";
import { mqar } from "../src/task/mqar.ts";
import { oddsFirst } from "../src/task/odds-first.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import type { SequenceTask } from "../src/task/task.ts";
import { vocabulary } from "../src/vocabulary.ts";

const words = vocabulary({ symbols: 50, tasks: ["sort", "addition"] });
const example = (positions: number[]): Example => ({ tokens: positions, positions, targets: [1] });

test("randomised ids are distinct, within 0 … L - 1, in the same order, and every id is as likely in its place", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 6, max: 40 }), (seed, ids) => {
      const { positions } = randomizedPositions(example([0, 2, 2, 5]), Random.seeded(seed, "ids"), ids);
      expect(
        positions[0]! < positions[1]! && positions[1] === positions[2] && positions[2]! < positions[3]!,
      ).toBe(true);
      expect(positions[3]).toBeLessThan(ids);
      // Ids 3 and 4 of the long instance keep their room.
      expect(positions[3]! - positions[2]!).toBeGreaterThanOrEqual(3);
    }),
  );
  const random = Random.seeded(1, "ids");
  const counts = Array.from({ length: 6 }, () => 0);
  for (let i = 0; i < 4500; i++)
    for (const id of randomizedPositions(example([0, 1]), random, 6).positions) counts[id]! += 1;
  for (const count of counts) expect(Math.abs(count - 1500)).toBeLessThan(5 * Math.sqrt(1500));
  expect(() => randomizedPositions(example([0, 7]), random, 7)).toThrow(
    expect.objectContaining({ code: "bad-option" }),
  );
});

test("an offset moves all ids by one number and leaves those below `from`", () => {
  const random = Random.seeded(2, "offset");
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    const { positions } = offsetPositions(example([0, 1, 4]), random, { largest: 3, from: 1 });
    const offset = positions[1]! - 1;
    expect(positions).toEqual([0, 1 + offset, 4 + offset]);
    seen.add(offset);
  }
  expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  expect(offsetPositions(example([0, 3]), random, { largest: 0 }).positions).toEqual([0, 3]);
  expect(() => offsetPositions(example([0]), random, { largest: -1 })).toThrow(
    expect.objectContaining({ code: "bad-option" }),
  );
});

test("Abacus ids count within each run of digits, and a restriction is refused", () => {
  const task = addition();
  const digit = (token: number) => token >= words.symbol(0) && token <= words.symbol(9);
  const { input, output } = { input: [5, 2, 10, 4, 9], output: [9, 1, 1] };
  expect(abacusPositions(wholeExample(task, { input, output }, words), digit).positions).toEqual([
    0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 0,
  ]);
  const restricted = restriction(task, words, { trainLength: 3, longest: 12, shortest: 3 });
  const short = Array.from({ length: 20 }, (_, seed) => restricted.draw(Random.seeded(seed, "gap")));
  const gapped = short.find(({ positions, tokens }) => positions.at(-1) !== tokens.length - 1)!;
  expect(() => abacusPositions(gapped, digit)).toThrow(expect.objectContaining({ code: "bad-option" }));
});

test("coupled ids: the output that answers an input has its id, and the separator is one step before", () => {
  const ids = (task: SequenceTask, input: number[]) =>
    task.coupling!.ids({ input, output: task.solve(input) });
  expect(ids(copy(), [8, 9])).toEqual({ inputs: [2, 3], separator: 1, outputs: [2, 3, 4] });
  expect(ids(reversal(), [8, 9])).toEqual({ inputs: [2, 3], separator: 4, outputs: [3, 2, 1] });
  expect(ids(addition(), [5, 2, 10, 4, 9])).toEqual({
    inputs: [2, 3, 1, 2, 3],
    separator: 1,
    outputs: [2, 3, 4, 5],
  });
  // Two pairs, asked for in the other order.
  expect(ids(mqar(), [3, 50, 4, 51, 4, 3])).toEqual({
    inputs: [1, 1, 2, 2, 3, 4],
    separator: 2,
    outputs: [3, 4, 5],
  });
  expect(ids(duplicateString(), [1, 0]).outputs).toEqual([2, 3, 2, 3, 4]);
  expect(ids(oddsFirst(), [1, 0, 1]).outputs).toEqual([3, 2, 4, 1]);
  expect(ids(sorting({ repeats: true }), [4, 2, 4])).toEqual({
    inputs: [2, 3, 4],
    separator: 1,
    outputs: [3, 2, 4, 1],
  });
});
