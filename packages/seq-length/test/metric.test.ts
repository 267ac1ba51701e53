import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scoreAnswer } from "../src/metric/answer-score.ts";
import { extrapolation, largestLength } from "../src/metric/extrapolation.ts";
import { summarizeLength } from "../src/metric/length-score.ts";
import { wilsonInterval } from "../src/metric/wilson.ts";

const END = 9;
const score = (predicted: number[], right = [1, 2, 3, END]) => scoreAnswer(predicted, right, END);

describe("scoreAnswer", () => {
  test("tells the kinds of error apart", () => {
    const fine = { wrongToken: false, missingEnd: false, wrongMultiset: false };
    expect(score([1, 2, 3, END])).toEqual({ exact: true, tokenAccuracy: 1, ...fine });
    // What follows the end does not count.
    expect(score([1, 2, 3, END, 5, 5])).toEqual({ exact: true, tokenAccuracy: 1, ...fine });
    const wrong = (firstError: number, tokenAccuracy: number, errors: object) => ({
      exact: false,
      firstError,
      tokenAccuracy,
      ...fine,
      ...errors,
    });
    expect(score([1, 3, 2, END])).toEqual(wrong(1, 0.5, { wrongToken: true }));
    expect(score([1, 2, 4, END])).toEqual(wrong(2, 0.75, { wrongToken: true, wrongMultiset: true }));
    expect(score([1, 2, 3])).toEqual(wrong(3, 0.75, { missingEnd: true }));
    expect(score([1, 2, 3, 3])).toEqual(wrong(3, 0.75, { missingEnd: true, wrongMultiset: true }));
    expect(score([1, 2, 3, 3, END])).toEqual(wrong(3, 0.75, { wrongMultiset: true }));
    expect(score([1, END])).toEqual(wrong(1, 0.25, { wrongToken: true, wrongMultiset: true }));
    // Teacher-forced: an end too early does not hide the tokens that are right behind it.
    expect(score([END, 2, 3, END])).toEqual(wrong(0, 0.75, { wrongToken: true, wrongMultiset: true }));
    expect(score([])).toEqual(wrong(0, 0, { wrongToken: true, missingEnd: true, wrongMultiset: true }));
  });

  test("an answer is exact if and only if it has no first error and every token is right", () => {
    const answers = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 });
    fc.assert(
      fc.property(answers, answers, (predicted, right) => {
        const whole = scoreAnswer([...predicted, END], [...right, END], END);
        expect(whole.exact).toBe(predicted.join() === right.join());
        expect(whole.exact).toBe(whole.firstError === undefined);
        expect(whole.exact).toBe(whole.tokenAccuracy === 1);
        expect(whole.wrongMultiset && whole.exact).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("a right answer without its one end is an error", () => {
    for (const right of [[], [1], [END, 1], [END, END]])
      expect(() => scoreAnswer([], right, END)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});

test("a length's summary has the rates, the median first error and Wilson's interval", () => {
  const scores = [score([1, 2, 3, END]), score([1, 3, 2, END]), score([1, 2, 3]), score([2, END])];
  expect(summarizeLength(3, scores)).toEqual({
    length: 3,
    sequences: 4,
    exactMatch: 0.25,
    interval: wilsonInterval(1, 4),
    tokenAccuracy: (1 + 0.5 + 0.75 + 0) / 4,
    errors: { wrongToken: 0.5, missingEnd: 0.25, wrongMultiset: 0.25 },
    firstError: 1,
  });
  expect(summarizeLength(3, scores.slice(0, 1)).firstError).toBeUndefined();
  expect(summarizeLength(3, scores.slice(1, 3)).firstError).toBe(2);
  expect(() => summarizeLength(3, [])).toThrow(expect.objectContaining({ code: "bad-data" }));
});

describe("wilsonInterval", () => {
  test("is the set of proportions whose z test the observation passes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (trials, any) => {
        const successes = any % (trials + 1);
        const { low, high } = wilsonInterval(successes, trials);
        const z = (q: number) => (successes / trials - q) / Math.sqrt((q * (1 - q)) / trials);
        if (successes > 0) expect(z(low)).toBeCloseTo(1.959963984540054, 6);
        else expect(low).toBe(0);
        if (successes < trials) expect(z(high)).toBeCloseTo(-1.959963984540054, 6);
        else expect(high).toBe(1);
      }),
    );
  });

  test("10 of 20 gives 0.299 to 0.701; what is no proportion is an error", () => {
    const { low, high } = wilsonInterval(10, 20);
    expect([low, high].map((bound) => Number(bound.toFixed(4)))).toEqual([0.2993, 0.7007]);
    for (const [successes, trials] of [
      [0, 0],
      [3, 2],
      [-1, 2],
      [0.5, 2],
      [Number.NaN, 2],
    ] as const)
      expect(() => wilsonInterval(successes, trials)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});

describe("extrapolation", () => {
  const curve = [
    { length: 5, score: 1 },
    { length: 10, score: 0.96 },
    { length: 20, score: 0.92 },
    { length: 40, score: 0.2 },
    { length: 80, score: 0.95 },
  ];

  test("gives the reach without gaps, the mean over unseen lengths and the area over log length", () => {
    const summary = extrapolation(curve, 10);
    expect(summary).toMatchObject({ length90: 20, length95: 10, ratio90: 2 });
    expect(summary.meanUnseen).toBeCloseTo((0.92 + 0.2 + 0.95) / 3, 12);
    // Lengths double, so all steps are equally wide.
    expect(summary.area).toBeCloseTo((0.98 + 0.94 + 0.56 + 0.575) / 4, 12);
    expect(largestLength(curve, 0.99)).toBe(5);
    expect(largestLength(curve, 1.1)).toBe(0);
    expect(largestLength(curve, 0)).toBe(80);
  });

  test("a constant score is its own mean and area on any grid", () => {
    const grids = fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(grids, fc.double({ min: 0, max: 1, noNaN: true }), (lengths, score) => {
        const flat = lengths.sort((a, b) => a - b).map((length) => ({ length, score }));
        const { meanUnseen, area } = extrapolation(flat, 0.5);
        expect(meanUnseen).toBeCloseTo(score, 10);
        expect(area).toBeCloseTo(score, 10);
      }),
    );
  });

  test("leaves out what a curve does not show, and refuses what is no curve", () => {
    expect(extrapolation(curve.slice(0, 1), 10)).toEqual({ length90: 5, length95: 5, ratio90: 0.5 });
    const [first, second] = curve as [(typeof curve)[0], (typeof curve)[0]];
    for (const wrong of [
      [],
      [second, first],
      [first, first],
      [{ length: 0, score: 1 }],
      [{ length: 1, score: Number.NaN }],
    ])
      expect(() => extrapolation(wrong, 10)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});
