import { staticWeights } from "@outrigger/core/weighting/static";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NamedTask } from "../src/analyse/check.ts";
import { type AnalyseOptions, analyse } from "../src/analyse.ts";
import { shiftThreshold } from "../src/benefit/shift-threshold.ts";
import { LinearTheoryError } from "../src/error.ts";
import { ownFits } from "../src/plug-in/own-fits.ts";
import type { Problem } from "../src/problem.ts";
import { random } from "../src/random.ts";
import { designRisk } from "../src/risk/design-risk.ts";
import { drawData } from "../src/simulate/data.ts";

/** A primary and auxiliaries at squared distances from it, in directions of their own. */
const problemOf = (
  features: number,
  rows: number[],
  distances: number[],
  noise = rows.map(() => 1),
): Problem => ({
  features,
  rows,
  noise,
  shifts: rows.map((_, j) => rows.map((__, k) => (j === k && k > 0 ? distances[k - 1]! : 0))),
});
const draw = (problem: Problem, seed: number): NamedTask[] =>
  drawData(problem, random(seed)).map((task, k) => ({ ...task, name: k === 0 ? "main" : `aux${k}` }));
const quick: AnalyseOptions = { resamples: 100 };

describe("analyse, where the truth is known", () => {
  it("says that equal tasks with many rows help, and fits the primary better", () => {
    const tasks = draw(problemOf(40, [120, 120], [0]), 1);
    const found = analyse(tasks);
    expect(found).toMatchObject({ verdict: "helps", equal: { verdict: "helps" }, design: "pooled" });
    expect(found.recommended.high).toBeLessThan(1);
    expect(found.summary).toMatch(/^At the recommended weights the auxiliaries help/);
    // The primary's coefficients are 0.
    const loss = (fit: { coefficients: readonly number[] }) => Math.hypot(...fit.coefficients) ** 2;
    expect(loss(found.recommended.fit)).toBeLessThan(0.7 * loss(found.alone.fit));
  });

  it("says that a distant task hurts at equal weights, and leaves it out", () => {
    const found = analyse(draw(problemOf(10, [60, 200], [30]), 2));
    expect(found.equal.verdict).toBe("hurts");
    expect(found.weights).toEqual([1, 0]);
    expect(found.tasks[1]).toMatchObject({ drop: true, share: 0 });
    expect(found.tasks[1]!.reason).toMatch(/^too far/);
    expect(found.summary).toMatch(/At equal weights the auxiliaries hurt.*Leave out aux1: too far/);
    expect(found.recommended).toMatchObject({ ratio: 1, low: 1, high: 1, verdict: "cannot tell" });
  });

  it("tells a task that is too noisy and one with too few rows from a good one", () => {
    const tasks = draw(problemOf(6, [40, 200, 40, 7], [0, 0, 0], [1, 1, 400, 1]), 3);
    const found = analyse(tasks, quick);
    expect(found.tasks.map((task) => task.drop)).toEqual([false, false, true, true]);
    expect(found.tasks[2]!.reason).toMatch(/^too (noisy|far)/);
    expect(found.tasks[3]!.reason).toMatch(/^too few rows: .* from 8 or more, and it has 7/);
    expect(found.weights[2]).toBe(0);
    expect(found.weights[3]).toBe(0);
    expect(found.weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });

  it("cannot tell at the boundary of benefit, in nearly every data set", () => {
    const base = problemOf(5, [40, 80], [1]);
    const { threshold } = shiftThreshold({ ...base, rows: [39, 79] }, [1, 1]);
    const words = Array.from(
      { length: 40 },
      (_, seed) => analyse(draw(problemOf(5, [40, 80], [threshold]), seed), quick).equal.verdict,
    );
    expect(words.filter((word) => word === "cannot tell").length).toBeGreaterThanOrEqual(34);
  });

  it("its 90 % intervals hold the truth about as often as they say, at recommended weights, too", () => {
    const problem = problemOf(5, [40, 80], [0.4]);
    // An intercept takes one row.
    const truth = { ...problem, rows: [39, 79] };
    const single = designRisk(truth, [1, 0], "pooled").risk;
    const held = { equal: 0, recommended: 0 };
    const data = 100;
    for (let seed = 0; seed < data; seed++) {
      const found = analyse(draw(problem, 1000 + seed), { resamples: 200, level: 0.9, seed });
      for (const which of ["equal", "recommended"] as const) {
        const { weights, low, high } = found[which];
        const ratio = designRisk(truth, weights, "pooled").risk / single;
        if (ratio >= low - 1e-9 && ratio <= high + 1e-9) held[which]++;
      }
    }
    expect(held.equal / data).toBeGreaterThan(0.82);
    expect(held.recommended / data).toBeGreaterThan(0.82);
    expect(held.equal).toBeLessThan(data);
  }, 20_000);

  it("offers a linear network where all tasks label the same rows", () => {
    const stream = random(7);
    const x = Array.from({ length: 60 }, () => Array.from({ length: 8 }, () => stream.normal()));
    const tasks = Array.from({ length: 5 }, (_, k) => ({
      name: `t${k}`,
      x,
      y: x.map((row) => row[0]! * (k + 1) + 3 + 2 * stream.normal()),
    }));
    const found = analyse(tasks, quick);
    expect(found.design).toBe("shared");
    expect(found.alternatives.network).toMatchObject({ choice: "network", width: 1 });
    expect(found.alternatives.network!.risk).toBeLessThan(found.alternatives.network!.single);
    expect(() =>
      analyse([tasks[0]!, { ...tasks[1]!, x: tasks[1]!.x.map((row) => row.map((v) => v + 1)) }], {
        design: "shared",
        ...quick,
      }),
    ).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});

describe("analyse, what must not matter", () => {
  const tasks = draw(problemOf(4, [30, 60, 50], [0.1, 0.5]), 5);
  const found = analyse(tasks, quick);

  it("intercepts of labels and units of features do not, beyond the fits", () => {
    const units = [1000, 0.01, 3, 1];
    const moved = tasks.map(({ name, x, y }, k) => ({
      name,
      x: x.map((row) => row.map((value, j) => value * units[j]! + 7 * j)),
      y: y.map((value) => value + 10 * k - 3),
    }));
    const other = analyse(moved, quick);
    for (const [k, weight] of found.weights.entries()) expect(other.weights[k]).toBeCloseTo(weight, 8);
    expect(other.alone.risk).toBeCloseTo(found.alone.risk, 10);
    const value = (v: typeof found, x: readonly number[]) =>
      v.recommended.fit.coefficients.reduce((sum, c, j) => sum + c * x[j]!, v.recommended.fit.intercept);
    for (const [i, row] of tasks[0]!.x.slice(0, 5).entries())
      expect(value(other, moved[0]!.x[i]!)).toBeCloseTo(value(found, row) - 3, 8);
  });

  it("Helmert's contrasts give least squares with an intercept, its noise, and its prediction error", () => {
    const [own] = ownFits([{ x: tasks[0]!.x.map((row) => [...row, 1]), y: tasks[0]!.y }]);
    for (const [j, value] of found.alone.fit.coefficients.entries())
      expect(value).toBeCloseTo(own!.coefficients[j]!, 10);
    expect(found.alone.fit.intercept).toBeCloseTo(own!.coefficients[4]!, 10);
    expect(found.alone.noise).toBeCloseTo(own!.noise, 10);
    // Least squares on Gaussian features with an intercept: s² (1 + 1/n) (n - 2) / (n - D - 2).
    expect(found.alone.error).toBeCloseTo((own!.noise * (1 + 1 / 30) * 28) / (30 - 4 - 2), 10);
  });

  it("the order of auxiliaries does not, the seed fixes the rest, and JSON keeps everything", () => {
    const swapped = analyse([tasks[0]!, tasks[2]!, tasks[1]!], quick);
    expect(swapped.weights[1]).toBeCloseTo(found.weights[2]!, 8);
    expect(analyse(tasks, quick)).toEqual(found);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it("labels in other units do not with scaleLabels, which they otherwise do", () => {
    const inTens = tasks.map((task, k) => (k === 0 ? task : { ...task, y: task.y.map((v) => 10 * v) }));
    const [a, b] = [tasks, inTens].map((t) => analyse(t, { ...quick, scaleLabels: true }));
    for (const [k, weight] of a!.weights.entries()) expect(b!.weights[k]).toBeCloseTo(weight, 8);
    expect(analyse(inTens, quick).weights[1]).not.toBeCloseTo(found.weights[1]!, 2);
  });

  it("its verdict is what core's static rule takes: weights of sums become weights of means", () => {
    const rule = staticWeights(found);
    const { weights } = rule.init(3, 0);
    const total = found.weights.reduce((sum, weight, k) => sum + weight * found.rows[k]!, 0);
    for (const [k, weight] of found.weights.entries())
      expect(weights[k]).toBeCloseTo((3 * weight * found.rows[k]!) / total, 12);
  });
});

describe("analyse, bad input", () => {
  const [main, aux] = draw(problemOf(3, [20, 20], [0]), 9) as [NamedTask, NamedTask];
  const column = (task: NamedTask, of: (row: readonly number[]) => number): NamedTask => ({
    ...task,
    x: task.x.map((row) => [row[0]!, row[1]!, of(row)]),
  });
  it.each<[string, NamedTask[], string, RegExp]>([
    ["no auxiliary", [main], "bad-data", /at least one auxiliary/],
    ["nothing", [], "bad-data", /primary/],
    ["one name twice", [main, { ...aux, name: "main" }], "bad-data", /Two tasks are called main/],
    ["no rows", [{ ...main, x: [], y: [] }, aux], "bad-data", /at least one row/],
    [
      "too few rows",
      [{ ...main, x: main.x.slice(0, 5), y: main.y.slice(0, 5) }, aux],
      "infinite-risk",
      /5 rows for 3 features and an intercept, and it takes 6 or more. Keep at most 2 features.*ridge/,
    ],
    ["labels missing", [main, { ...aux, y: aux.y.slice(1) }], "bad-data", /20 rows.*19 labels/],
    ["other width", [main, { ...aux, x: aux.x.map((row) => row.slice(1)) }], "shape", /tasks\[1\]/],
    ["NaN", [main, column(aux, () => Number.NaN)], "non-finite", /tasks\[1\]\.x\[0\]\[2\]/],
    ["constant feature", [column(main, () => 4), aux], "singular", /Feature 2 is constant/],
    ["repeated feature", [column(main, (row) => row[0]!), aux], "singular", /features of main/],
    ["constant feature of an auxiliary", [main, column(aux, () => 4)], "singular", /features of aux1/],
    [
      "no noise",
      [{ ...main, y: main.x.map((row) => 2 * row[0]! + 1) }, aux],
      "bad-data",
      /labels of main are/,
    ],
    ["constant labels", [{ ...main, y: main.y.map(() => 2) }, aux], "bad-data", /labels of main are/],
    ["overflow", [main, column(aux, (row) => 1e200 * row[2]!)], "non-finite", /overflow/],
  ])("%s", (_, tasks, code, message) => {
    const error = (() => {
      try {
        return analyse(tasks, quick);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(LinearTheoryError);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(message);
  });

  it("no NaN and no infinity leaves", () => {
    const value = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 1, 1e-160, -1e8) },
      { weight: 1, arbitrary: fc.double() },
    );
    const task = (features: number) =>
      fc.integer({ min: 1, max: 9 }).chain((rows) =>
        fc.record({
          x: fc.array(fc.array(value, { minLength: features, maxLength: features }), {
            minLength: rows,
            maxLength: rows,
          }),
          y: fc.array(value, { minLength: rows, maxLength: rows }),
        }),
      );
    let answers = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 }).chain((d) => fc.array(task(d), { minLength: 2, maxLength: 3 })),
        fc.boolean(),
        (data, intercept) => {
          try {
            const named = data.map((part, k) => ({ ...part, name: String(k) }));
            const found = analyse(named, { resamples: 20, intercept, scaleLabels: intercept });
            answers++;
            // JSON turns NaN and Infinity to null.
            expect(JSON.stringify(found)).not.toContain("null");
          } catch (error) {
            if (!(error instanceof LinearTheoryError)) throw error;
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(answers).toBeGreaterThan(20);
  });
});
