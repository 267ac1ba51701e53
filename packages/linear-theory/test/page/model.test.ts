import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveTop, curveWeights, outlook } from "../../page/model.ts";
import { allowed, parameters, stopOf } from "../../page/parameters.ts";
import { distancesAt, levels, phaseColumns, phaseTop } from "../../page/phase.ts";
import { hashOf, initialState, problemOf, replicateChoices, type State, stateOf } from "../../page/state.ts";
import { digits, verdict } from "../../page/verdict.ts";
import { shiftThreshold } from "../../src/benefit/shift-threshold.ts";
import { pooledRisk } from "../../src/risk/pooled.ts";
import { singleTaskRisk } from "../../src/risk/single-task.ts";

/** Anything that sliders and fields can set. */
const states: fc.Arbitrary<State> = fc.record({
  ...(Object.fromEntries(
    parameters.map(({ name, min, max, whole, values }) => [
      name,
      fc.oneof(
        fc.constantFrom(...values),
        whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }),
      ),
    ]),
  ) as unknown as Record<(typeof parameters)[number]["name"], fc.Arbitrary<number>>),
  seed: fc.nat(),
  replicates: fc.constantFrom(...replicateChoices),
});

const at = (values: Partial<State>): State => ({ ...initialState, ...values });
const said = (state: State): string => {
  const problem = problemOf(state);
  return verdict(outlook(problem, curveWeights(problem, state.weight)));
};

describe("the address of the explorer", () => {
  it("holds the whole state", () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(stateOf(`#${hashOf(state)}`)).toEqual(state);
      }),
    );
  });

  it("that is misspelt gives values in range, and the initial ones where there is no number", () => {
    expect(stateOf("")).toEqual(initialState);
    expect(stateOf("#d=x&n0=&n1=NaN&a=1e999&draws=7&seed=-1&other=3")).toEqual(at({ weight: 1e6 }));
    expect(stateOf("#d=1e9&n0=-4&delta=-1&s0=0")).toEqual(
      at({ features: 50, rows0: 2, distance: 0, noise0: 0.01 }),
    );
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...parameters), (text, parameter) => {
        const value = stateOf(`#${parameter.key}=${encodeURIComponent(text)}`)[parameter.name];
        expect(allowed(parameter, value)).toBe(value);
      }),
    );
  });
});

describe.each(parameters.map((parameter) => [parameter.label, parameter] as const))(
  "slider %s",
  (_, parameter) => {
    it("changes the value at every step, from one end to the other, and starts at a stop", () => {
      const { values, initial, min, max } = parameter;
      for (const [stop, value] of values.entries()) {
        if (stop > 0) expect(value).toBeGreaterThan(values[stop - 1]!);
        expect(stopOf(parameter, value)).toBe(stop);
        expect(allowed(parameter, value)).toBe(value);
      }
      expect(values).toContain(initial);
      expect(stopOf(parameter, min)).toBe(0);
      expect(stopOf(parameter, max)).toBe(values.length - 1);
    });
  },
);

describe("the phase diagram", () => {
  it("has its levels where the risk of equal weights is that multiple of the risk alone, and the boundary at the package's threshold", () => {
    fc.assert(
      fc.property(states, (state) => {
        const problem = problemOf({ ...state, rows0: Math.max(state.rows0, state.features + 2) });
        const single = singleTaskRisk(problem).risk;
        const distances = distancesAt(problem, levels)!;
        for (const [i, distance] of distances.entries()) {
          if (distance < 0) continue;
          const moved = pooledRisk({
            ...problem,
            shifts: [
              [0, 0],
              [0, distance],
            ],
          }).risk;
          expect(moved / single).toBeCloseTo(levels[i]!, 9);
        }
        expect(Math.max(0, distances[levels.indexOf(1)]!)).toBeCloseTo(shiftThreshold(problem).threshold, 9);
      }),
    );
  });

  it("says nothing where no pool has a finite risk, and holds the present point", () => {
    fc.assert(
      fc.property(states, (state) => {
        const columns = phaseColumns(problemOf(state), [1, 10, 1000]);
        for (const { rows1, distances } of columns)
          expect(distances === undefined).toBe(state.rows0 + rows1 <= state.features + 1);
        const top = phaseTop(columns, singleTaskRisk(problemOf(state)).risk, state.distance);
        expect(top).toBeGreaterThan(state.distance);
        expect(Number.isFinite(top)).toBe(true);
      }),
    );
  });
});

describe("the outlook and the verdict", () => {
  it("have numbers for every state, with no weight better than the best", () => {
    fc.assert(
      fc.property(states, (state) => {
        const problem = problemOf(state);
        const weights = curveWeights(problem, state.weight);
        const found = outlook(problem, weights);
        expect(weights.grid.length).toBeLessThan(200);
        expect(weights.grid).toEqual(expect.arrayContaining([...weights.dots]));
        expect(curveTop(found)).toBeGreaterThan(0);
        expect(curveTop(found)).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(verdict(found)).not.toMatch(/NaN|undefined|–/);
        if (found.best === undefined) return;
        for (const { risk } of [...found.grid, found.present])
          expect(found.best.risk).toBeLessThanOrEqual(risk * (1 + 1e-6));
      }),
    );
  });

  it("draw a curve of exact points only once all of it is known", () => {
    const problem = problemOf(initialState);
    const weights = curveWeights(problem, 0.3);
    const exact = (weight: number) => ({ weight, risk: 7, bias2: 3, variance: 4, exact: true });
    const known = new Map(weights.grid.slice(1).map((weight) => [weight, exact(weight)]));
    expect(outlook(problem, weights, known).grid.some((point) => point.exact)).toBe(false);
    known.set(weights.grid[0]!, exact(weights.grid[0]!));
    expect(outlook(problem, weights, known).grid.every(({ risk }) => risk === 7)).toBe(true);
    known.set(weights.best!, exact(weights.best!));
    expect(outlook(problem, weights, known).best!.risk).toBe(7);
  });

  it.each<[string, Partial<State>, RegExp]>([
    [
      "hurt at equal weights, help at the best",
      { rows1: 200, distance: 0.8 },
      /^At equal weights the auxiliary data hurt: 0\.569 against 0\.513 alone; with the best weight, 0\.11, they help: 0\.301\..* Δ\* = 0\.707; here it is 0\.8\.$/,
    ],
    [
      "help at equal weights, more at the best",
      { rows1: 169, distance: 0.3 },
      /^At equal weights the auxiliary data help: 0\.265 against 0\.513 alone; with the best weight, .*, they help more: 0\.2/,
    ],
    [
      "be best used at equal weights",
      { distance: 0 },
      /help: 0\.0837 against 0\.513 alone; the best weight, 1, is hardly better/,
    ],
    ["help a little, if far away", { distance: 10, rows1: 2 }, /hurt: .* they help a little: 0\.51/],
    ["be of no use", { distance: 10, rows0: 500, features: 1 }, /hurt: .* alone; no weight brings the risk/],
    [
      "be too noisy at any distance",
      { noise1: 10, rows1: 20, distance: 0 },
      /Equal weights help at no distance/,
    ],
    [
      "make an infinite risk finite",
      { rows0: 15 },
      /^Alone the primary has too few rows.* at equal weights and /,
    ],
    [
      "be too few",
      { rows0: 5, rows1: 5 },
      /^Both tasks together have too few rows .*infinite at every weight\.$/,
    ],
    [
      "leave the chosen weight no better",
      { weight: 100 },
      /At the chosen weight, 100, the risk is 0\.9\d*, 7\d % more than alone\./,
    ],
  ])("say that the data %s", (_, values, words) => {
    expect(said(at(values))).toMatch(words);
  });

  it.each([
    [0.5132, "0.513"],
    [0, "0"],
    [1234567, "1.23 · 10^6"],
    [0.00001234, "1.23 · 10^-5"],
    [Number.POSITIVE_INFINITY, "∞"],
  ])("write %d as %s", (value, text) => {
    expect(digits(value)).toBe(text);
  });
});
