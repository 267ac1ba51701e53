import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../src/task/bracket-expression.ts";
import { counting } from "../src/task/counting.ts";
import { reversal } from "../src/task/reversal.ts";
import { sorting } from "../src/task/sorting.ts";
import { tasks } from "./all-tasks.ts";

type Solver = (text: readonly string[], input: readonly number[]) => readonly (number | string)[];

const bits = (digits: readonly string[]): bigint =>
  digits.reduceRight((sum, digit) => 2n * sum + BigInt(digit), 0n);

/** The digits of a number, lowest first, filled up with zeros. */
const digits = (number: bigint, base: number, width: number): string[] =>
  number.toString(base).padStart(width, "0").split("").reverse();

const sum =
  (base: number): Solver =>
  (text) => {
    const plus = text.indexOf("+");
    const sides = [text.slice(0, plus), text.slice(plus + 1)];
    const value = sides
      .map((side) => side.reduceRight((sum, digit) => sum * BigInt(base) + BigInt(digit), 0n))
      .reduce((a, b) => a + b);
    return digits(value, base, 1 + Math.max(...sides.map((side) => side.length)));
  };

/** The value mod 5 by rewriting the text: a - b is a + 4·b; then negations, brackets around a number, products, sums. */
const value = (text: string): number => {
  const mod = (number: number) => String(((number % 5) + 5) % 5);
  const steps: [RegExp, (...parts: string[]) => string][] = [
    [/(?<![\d)])-(\d)/, (_, a) => mod(-Number(a))],
    [/\((\d)\)/, (_, a) => a!],
    [/(\d)·(\d)/, (_, a, b) => mod(Number(a) * Number(b))],
    [/(?<!·)(\d)\+(\d)(?!·)/, (_, a, b) => mod(Number(a) + Number(b))],
  ];
  let left = text.replace(/(?<=[\d)])-/g, "+4·");
  while (left.length > 1) {
    const [pattern, rewrite] = steps.find(([pattern]) => pattern.test(left))!;
    left = left.replace(pattern, rewrite);
  }
  return Number(left);
};

const byCounting: Solver = (_, input) =>
  Array.from({ length: 1 + Math.max(...input) }, (_, symbol) =>
    Array.from({ length: input.filter((item) => item === symbol).length }, () => symbol),
  ).flat();

const bySwaps: Solver = (_, input) => {
  const items = [...input];
  for (let end = items.length; end > 0; end--)
    for (let i = 1; i < end; i++)
      if (items[i - 1]! > items[i]!) [items[i - 1], items[i]] = [items[i]!, items[i - 1]!];
  return items;
};

const backwards: Solver = (text) => text.map((_, i) => text.at(-1 - i)!);
const once: Solver = (text) => text.join(" ").split(" ");

/** Second solvers, most of them on the written symbols. */
const solvers: Record<string, Solver> = {
  addition: sum(10),
  "addition-ternary": sum(3),
  "addition-index-hints"(text, input) {
    const digits = text.filter((_, i) => i % 2 === 1);
    // The first mark is that of significance 0, one above the plus's.
    const start = Number(text[0]!.slice(1));
    return sum(10)(digits, input).flatMap((digit, t) => [`@${start + t}`, digit]);
  },
  "binary-addition": sum(2),
  "binary-multiplication"(text) {
    const sign = text.indexOf("·");
    return digits(bits(text.slice(0, sign)) * bits(text.slice(sign + 1)), 2, text.length - 1);
  },
  "bucket-sort": byCounting,
  "compute-sqrt"(text) {
    const number = Number(bits([...text].reverse()));
    return digits(BigInt(Math.floor(Math.sqrt(number))), 2, Math.ceil(text.length / 2)).reverse();
  },
  copy: once,
  "copy-key-2": once,
  "copy-by-position": once,
  counting([first, last]) {
    const numbers = [first!];
    while (numbers.at(-1) !== last) numbers.push(String(1 + Number(numbers.at(-1))));
    return numbers;
  },
  "cycle-navigation"(text) {
    const forth = text.filter((step) => step === "+1").length;
    const back = text.filter((step) => step === "-1").length;
    return [(forth - back + 5 * text.length) % 5];
  },
  "duplicate-string": (text) => text.join("").repeat(2).split(""),
  "even-pairs": (text) => [text.slice(1).filter((bit, i) => bit !== text[i]).length % 2],
  increment: (text) => digits(BigInt([...text].reverse().join("")) + 1n, 10, text.length + 1),
  "missing-duplicate"(text) {
    const halves = [text.slice(0, text.length / 2), text.slice(text.length / 2)];
    return ["0", "1"].filter((bit) => {
      const [left, right] = halves.map((half) => half.join("").replace("?", bit));
      return left === right;
    });
  },
  mode(_, input) {
    let best = input[0]!;
    const count = (symbol: number) => input.filter((item) => item === symbol).length;
    for (const symbol of input)
      if (count(symbol) > count(best) || (count(symbol) === count(best) && symbol < best)) best = symbol;
    return [best];
  },
  "modular-arithmetic": (text) => [value(text.join(""))],
  "modular-arithmetic-brackets": (text) => [value(text.join(""))],
  mqar(text) {
    const pairs = [...text.join(" ").matchAll(/(k\d+) (v\d+)/g)];
    const table = Object.fromEntries(pairs.map(([, key, bound]) => [key!, bound!]));
    return text.slice(2 * pairs.length).map((key) => table[key]!);
  },
  "odds-first": (text) => [...text.filter((_, i) => i % 2 === 1), ...text.filter((_, i) => i % 2 === 0)],
  "parity-running": (text) =>
    text.map(
      (_, i) =>
        (text
          .slice(0, i + 1)
          .join("")
          .split("1").length -
          1) %
        2,
    ),
  "parity-check": (text) => [(text.join("").split("1").length - 1) % 2],
  reverse: backwards,
  "reverse-key-3": backwards,
  "reverse-string": backwards,
  "solve-equation"(text) {
    // The value is c + d·x with d = ±1: two values of x decide it.
    const at = (x: number) => value(text.slice(0, -2).join("").replace("x", String(x)));
    const slope = (at(1) - at(0) + 5) % 5;
    return [((Number(text.at(-1)) - at(0) + 5) * slope) % 5];
  },
  sort: bySwaps,
  "sort-repeats": byCounting,
  "sort-pairs"(text, input) {
    const sorted = bySwaps(text, input);
    return sorted.flatMap((item, i) => [item, i + 1 < sorted.length ? sorted[i + 1]! : "|"]);
  },
  "sort-selection"(text, input) {
    if (input.length === 0) return [];
    const at = input.indexOf(Math.min(...input));
    const rest = input.filter((_, i) => i !== at);
    return [input[at]!, ...rest, "|", ...this["sort-selection"]!(text, rest)];
  },
  "stack-manipulation"(text) {
    // From the end back: a bit is left if no pop after it is its own. Pops on an empty stack are dropped first.
    let height = 0;
    const real = text.filter((symbol) => {
      if (symbol === "pop" && height === 0) return false;
      height += symbol === "pop" ? -1 : 1;
      return true;
    });
    let pops = 0;
    return real.reverse().flatMap((symbol) => {
      if (symbol === "pop") pops++;
      else if (pops > 0) pops--;
      else return [symbol.replace("push", "")];
      return [];
    });
  },
};

test.each(tasks.map((task) => ({ name: task.name, task })))(
  "$name agrees with a second solver",
  ({ task }) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 3, max: 22 }), (seed, length) => {
        const { input } = task.sample(Random.seeded(seed, "independent"), length);
        const text = input.map((symbol) => task.alphabet[symbol]!);
        const expected = solvers[task.name]!.call(solvers, text, input).map(String);
        expect(task.solve(input).map((symbol) => task.alphabet[symbol])).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  },
);

describe("generators", () => {
  test("distinct items are distinct and every arrangement is as likely", () => {
    const random = Random.seeded(5, "uniform");
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = sorting({ symbols: 4 }).sample(random, 2).input.join(" ");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(12);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(5 * Math.sqrt(500));
  });

  test("windows of the key occur once, and an alphabet that is too small is an error", () => {
    const random = Random.seeded(6, "windows");
    for (let i = 0; i < 50; i++) {
      const { input } = reversal({ symbols: 4, key: 3 }).sample(random, 32);
      const windows = input.slice(2).map((symbol, j) => `${input[j]} ${input[j + 1]} ${symbol}`);
      expect(new Set(windows).size).toBe(30);
    }
    for (const wrong of [
      () => reversal({ symbols: 4, key: 3 }).sample(random, 33),
      () => sorting({ symbols: 5 }).sample(random, 6),
      () => counting({ symbols: 5 }).sample(random, 6),
      () => sorting({ symbols: 1 }),
      () => reversal({ key: 0 }),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: "bad-option" }));
  });

  test("what is no expression is an error", () => {
    // "", "1 2", "(1", "1 +", "(1 + 2 3"
    for (const wrong of [[], [1, 2], [8, 1], [1, 5], [8, 1, 5, 2, 3], [5]])
      expect(() => evaluate(wrong)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});
