import { Random } from "@outrigger/core/random";
import { expect, test } from "vitest";
import { addition, binaryAddition } from "../src/task/addition.ts";
import { copy } from "../src/task/copy.ts";
import { increment } from "../src/task/increment.ts";
import { parity, parityCheck } from "../src/task/parity.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import { sortingScratchpad } from "../src/task/sorting-scratchpad.ts";
import { range, type SequenceTask } from "../src/task/task.ts";

const supports = (task: SequenceTask, input: readonly number[]) =>
  range(0, task.solve(input).length + 1).map((t) => {
    const { inputs, outputs } = task.sparse!.support(input, t);
    return [inputs, outputs];
  });

test("sorting looks at output t - 1, its source and the source of output t", () => {
  expect(supports(sorting(), [7, 2, 9])).toEqual([
    [[1], []],
    [[0, 1], [0]],
    [[0, 2], [1]],
    [[2], [2]],
  ]);
});

test("sorting with repeats looks at all copies of output t - 1", () => {
  expect(supports(sorting({ repeats: true }), [4, 2, 4])).toEqual([
    [[1], []],
    [[0, 1], [0]],
    [[0, 2], [1]],
    [
      [0, 2],
      [1, 2],
    ],
  ]);
});

test("reversal and copy look at output t - 1, its source and the next source; with repeats at windows", () => {
  expect(supports(reversal(), [7, 2, 9])).toEqual([
    [[2], []],
    [[1, 2], [0]],
    [[0, 1], [1]],
    [[0], [2]],
  ]);
  expect(supports(copy({ key: 2 }), [1, 1, 2])).toEqual([
    [[0], []],
    [[1], []],
    [
      [0, 1, 2],
      [0, 1],
    ],
    [
      [1, 2],
      [1, 2],
    ],
  ]);
  expect(supports(copy({ key: "position" }), [1, 1])).toEqual([
    [[0], []],
    [[1], []],
    [[], []],
  ]);
});

test("addition looks at two significances and output t - 1; a random split at the plus too", () => {
  // 25 + 94 = 119, lowest digit first.
  expect(addition().solve([5, 2, 10, 4, 9])).toEqual([9, 1, 1]);
  expect(supports(addition(), [5, 2, 10, 4, 9])).toEqual([
    [[0, 3], []],
    [[0, 1, 3, 4], [0]],
    [[1, 4], [1]],
    [[], []],
  ]);
  // 1 + 3 = 4 in binary: 1 + 11 = 100.
  expect(binaryAddition().solve([1, 2, 1, 1])).toEqual([0, 0, 1]);
  expect(supports(binaryAddition(), [1, 2, 1, 1])).toEqual([
    [[0, 1, 2], []],
    [[0, 1, 2, 3], [0]],
    [[1, 3], [1]],
    [[1], []],
  ]);
});

test("increment looks at two digits and output t - 1, the running parity at a bit and output t - 1", () => {
  expect(increment().solve([9, 9])).toEqual([0, 0, 1]);
  expect(supports(increment(), [9, 9])).toEqual([
    [[0], []],
    [[0, 1], [0]],
    [[1], [1]],
    [[], []],
  ]);
  expect(supports(parity(), [1, 1])).toEqual([
    [[0], []],
    [[1], [0]],
    [[], []],
  ]);
});

test("parity has no support: whichever bit is flipped, the answer changes", () => {
  const { solve } = parityCheck();
  for (const n of range(0, 64)) {
    const input = range(0, 6).map((bit) => (n >> bit) & 1);
    for (const i of range(0, 6)) expect(solve(input.with(i, 1 - input[i]!))).not.toEqual(solve(input));
  }
});

test("sorting by selection looks at the step before, past the step's minimum", () => {
  const task = sortingScratchpad({ format: "selection", symbols: 10 });
  // 2 7 9 | 7 9 | 9 |
  expect(task.solve([7, 2, 9])).toEqual([2, 7, 9, 10, 7, 9, 10, 9, 10]);
  expect(supports(task, [7, 2, 9])).toEqual([
    [[1], []],
    [[0], [0]],
    [
      [0, 1, 2],
      [0, 1],
    ],
    [[], []],
    [[0], [0]],
    [[], [1, 2, 4]],
    [[], []],
    [[2], [4]],
    [[], []],
    [[], []],
  ]);
});

test("half of the increments begin with a run of nines of any length", () => {
  const random = Random.seeded(1, "carry");
  const runs = range(0, 2000).map(
    () =>
      increment()
        .sample(random, 3)
        .input.filter((digit) => digit === 9).length,
  );
  // P(999) = 1/2 · 1/1000 + 1/2 · 1/4 · (1/1000 + 1/100 + 1/10 + 1).
  const whole = runs.filter((nines) => nines === 3).length / 2000;
  expect(Math.abs(whole - 0.139375)).toBeLessThan(4 * Math.sqrt(0.12 / 2000));
});
