import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { association } from "../src/auxiliary/association.ts";
import { COUPLED_PREDICTION, coupledPrediction } from "../src/auxiliary/coupled-prediction.ts";
import {
  count,
  fill,
  following,
  type HintRule,
  hint,
  max,
  min,
  predecessor,
  setDifference,
  successor,
} from "../src/auxiliary/hint.ts";
import { indexHints } from "../src/auxiliary/index-hints.ts";
import { priming } from "../src/auxiliary/priming.ts";
import { whole, wholeExample } from "../src/auxiliary/whole.ts";
import type { Example } from "../src/example.ts";
import { addition } from "../src/task/addition.ts";
import { parityCheck } from "../src/task/parity.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import { range, sequenceLength } from "../src/task/task.ts";
import { BLANK, END, SEPARATOR, vocabulary } from "../src/vocabulary.ts";

const rules = [successor, predecessor, count, fill, min, max, setDifference, following];
const words = vocabulary({
  symbols: 60,
  numbers: 40,
  tasks: ["sort", "sort-repeats", "reverse", COUPLED_PREDICTION, ...rules.map(({ name }) => name)],
});
const random = () => Random.seeded(1, "auxiliary");
const symbols = (tokens: readonly number[]) => tokens.map((token) => token - words.symbol(0));
const byValue = (items: readonly number[]) => [...items].sort((a, b) => a - b);

/** The items, the query behind the separator and the answer of a hint. */
function read({ tokens, positions, targets }: Example) {
  const first = targets[0]!;
  expect(targets).toEqual(range(first, tokens.length));
  expect(positions).toEqual(range(0, tokens.length));
  const separator = tokens.indexOf(SEPARATOR);
  return {
    items: symbols(tokens.slice(1, separator)),
    query: tokens.slice(separator + 1, first),
    answer: tokens.slice(first),
  };
}

/** Says whether an answer is right, by another way than the rule's. */
const right: Record<
  string,
  (items: number[], query: readonly number[], answer: readonly number[]) => boolean
> = {
  successor(items, query, answer) {
    const [asked] = symbols(query);
    if (answer[0] === END) return items.every((item) => item <= asked!);
    const [next] = symbols(answer);
    return next! > asked! && items.includes(next!) && !items.some((item) => item > asked! && item < next!);
  },
  predecessor(items, query, answer) {
    const [asked] = symbols(query);
    if (answer[0] === END) return items.every((item) => item >= asked!);
    const [next] = symbols(answer);
    return next! < asked! && items.includes(next!) && !items.some((item) => item < asked! && item > next!);
  },
  count: (items, query, answer) =>
    answer[0]! - words.number(0) ===
    items
      .join(",")
      .split(",")
      .filter((item) => item === String(symbols(query)[0])).length,
  fill(items, query, answer) {
    expect(query.at(-1)).toBe(SEPARATOR);
    expect(answer.at(-1)).toBe(END);
    const found = [...answer];
    const filled = query.slice(0, -1).map((token) => (token === BLANK ? found.shift()! : token));
    expect(query.filter((token) => token === BLANK).length).toBeGreaterThan(0);
    return found.length === 1 && symbols(filled).join() === byValue(items).join();
  },
  min: (items, _, answer) =>
    items.every((item) => item >= symbols(answer)[0]!) && items.includes(symbols(answer)[0]!),
  max: (items, _, answer) =>
    items.every((item) => item <= symbols(answer)[0]!) && items.includes(symbols(answer)[0]!),
  "set-difference"(items, query, answer) {
    const taken = symbols(query.slice(0, -1));
    const rest = symbols(answer.slice(0, -1));
    expect([query.at(-1), answer.at(-1)]).toEqual([SEPARATOR, END]);
    expect([...taken, ...byValue(rest)]).toEqual(byValue(items));
    let at = 0;
    for (const item of items) if (item === rest[at]) at++;
    return at === rest.length;
  },
};

describe.each(rules.map((rule) => ({ name: rule.name, rule })))("the hint $name", ({ rule }) => {
  test("answers right, is no longer than the longest training sequence, and has a token of its own", () => {
    const tasks =
      rule === following ? [reversal(), sorting()] : [sorting(), sorting({ repeats: true, symbols: 6 })];
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 4, max: 12 }),
        fc.constantFrom(...tasks),
        (seed, trainLength, task) => {
          const source = hint(task, rule, words, { trainLength });
          const example = source.draw(Random.seeded(seed, "hint"));
          const { items, query, answer } = read(example);
          expect(example.tokens.length).toBeLessThanOrEqual(sequenceLength(task, trainLength));
          expect(items.length).toBeLessThanOrEqual(trainLength);
          expect(source.longest).toBe(sequenceLength(task, trainLength));
          expect(example.tokens[0]).toBe(words.task(rule.name));
          const check =
            rule !== following
              ? right[rule.name]!
              : task.name === "sort"
                ? right["successor"]!
                : () =>
                    items[items.indexOf(symbols(query)[0]!) - 1] ===
                    (answer[0] === END ? undefined : symbols(answer)[0]);
          expect(check(items, query, answer)).toBe(true);
        },
      ),
      { numRuns: 120 },
    );
  });

  test("reaches the longest length that fits", () => {
    const lengths = new Set<number>();
    const source = hint(sorting(), rule, words, { trainLength: 6 });
    const stream = random();
    for (let i = 0; i < 400; i++) lengths.add(read(source.draw(stream)).items.length);
    const longest = rule === fill || rule === setDifference ? 5 : 6;
    expect(byValue([...lengths])).toEqual(range(1, longest + 1));
  });
});

test("a hint that cannot fit, has no token or no decided answer is refused", () => {
  const large: HintRule = { ...min, tokens: () => 100 };
  expect(() => hint(sorting(), large, words, { trainLength: 5 })).toThrow(
    expect.objectContaining({ code: "bad-option" }),
  );
  expect(() => hint(sorting(), { ...min, name: "unknown" }, words, { trainLength: 5 })).toThrow(/no token/);
  const repeated = hint(sorting({ repeats: true, symbols: 2 }), following, words, {
    trainLength: 9,
    shortest: 5,
  });
  expect(() => repeated.draw(random())).toThrow(expect.objectContaining({ code: "bad-option" }));
  expect(() =>
    hint(sorting(), count, vocabulary({ symbols: 50, tasks: ["count"] }), { trainLength: 5 }).draw(random()),
  ).toThrow(expect.objectContaining({ code: "bad-data" }));
});

test("a whole instance is [task] input [separator] output [end] with the output and the end as targets", () => {
  const example = wholeExample(reversal(), { input: [4, 7], output: [7, 4] }, words);
  const [x4, x7] = [words.symbol(4), words.symbol(7)];
  expect(example).toEqual({
    tokens: [words.task("reverse"), x4, x7, SEPARATOR, x7, x4, END],
    positions: [0, 1, 2, 3, 4, 5, 6],
    targets: [4, 5, 6],
  });
  expect(wholeExample(reversal(), { input: [4, 7], output: [7, 4] }, words, "coupled").positions).toEqual([
    0, 2, 3, 4, 3, 2, 1,
  ]);
});

test("whole instances have every length between the bounds equally often", () => {
  const source = whole(sorting(), words, { lengths: [3, 6] });
  const stream = random();
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const { tokens } = source.draw(stream);
    expect(tokens.length).toBeLessThanOrEqual(source.longest);
    counts[tokens.indexOf(SEPARATOR) - 1]! += 1;
  }
  expect(counts.slice(0, 3)).toEqual([0, 0, 0]);
  for (const count of counts.slice(3)) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
  for (const lengths of [
    [0, 3],
    [4, 3],
    [1, 2.5],
  ] as const)
    expect(() => whole(sorting(), words, { lengths })).toThrow(
      expect.objectContaining({ code: "bad-option" }),
    );
});

test("association shows the related task or hint at longer lengths", () => {
  const stream = random();
  const hints = association(sorting(), setDifference, words, { lengths: [1, 20] });
  const tasks = association(sorting(), reversal(), words, { lengths: [1, 20] });
  const lengths = range(0, 300).map(() => read(hints.draw(stream)).items.length);
  expect(Math.max(...lengths)).toBe(20);
  const related = range(0, 300).map(() => tasks.draw(stream));
  expect(Math.max(...related.map(({ tokens }) => tokens.length))).toBe(sequenceLength(reversal(), 20));
  expect(related.every(({ tokens }) => tokens[0] === words.task("reverse"))).toBe(true);
  expect(tasks.name).toBe("sort/reverse/longer");
});

test("predicted coupled positions are the coupled ids as numbers: for sorting where each output comes from", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const task = sorting();
      const source = coupledPrediction(task, words, { lengths: [2, 8] });
      const example = source.draw(Random.seeded(seed, "pointer"));
      const { items, query, answer } = read(example);
      expect(query).toEqual([]);
      const pointed = answer.slice(0, -1).map((token) => items[token - words.number(0) - 2]);
      expect(pointed).toEqual(byValue(items));
      expect(answer.at(-1)).toBe(END);
      expect(example.tokens.length).toBe(sequenceLength(task, items.length));
    }),
  );
  expect(() => coupledPrediction(parityCheck(), words, { lengths: [2, 8] })).toThrow(/no coupled positions/);
});

test("priming shows a fixed few long examples, the same for a seed", () => {
  const shown = (seed: number) => {
    const source = priming(sorting(), words, { length: 20, examples: 10, seed });
    const stream = random();
    return new Set(range(0, 500).map(() => source.draw(stream).tokens.join(" ")));
  };
  expect(shown(3).size).toBe(10);
  expect(shown(3)).toEqual(shown(3));
  expect([...shown(4)].some((example) => shown(3).has(example))).toBe(false);
});

test("index hints mark what belongs together, from a start that varies", () => {
  const task = indexHints(addition(), { marks: 12 });
  // 25 + 94 = 119; the marks begin at 3 for the plus.
  const mark = (n: number) => 11 + n;
  const input = [mark(4), 5, mark(5), 2, mark(3), 10, mark(4), 4, mark(5), 9];
  expect(task.solve(input)).toEqual([mark(4), 9, mark(5), 1, mark(6), 1]);
  const stream = random();
  const starts = new Set(range(0, 200).map(() => task.sample(stream, 9).input[0]));
  expect(byValue([...starts] as number[])).toEqual([mark(1), mark(2)]);
  expect(() => task.sample(stream, 11)).toThrow(expect.objectContaining({ code: "bad-option" }));
  expect(() => indexHints(sorting(), { marks: 12 })).toThrow(expect.objectContaining({ code: "bad-option" }));
});
