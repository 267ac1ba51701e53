import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { autoNetwork } from "../src/network/auto.ts";
import { networkFirstOrder, networkWeights } from "../src/network/first-order.ts";
import { networkMonteCarlo } from "../src/network/monte-carlo.ts";
import { reducedRank, type SharedDesign } from "../src/network/reduced-rank.ts";
import { linearNetwork } from "../src/network/setting.ts";
import { type Random, random } from "../src/random.ts";
import { squaredDistance } from "./support/draw.ts";
import { lowRank, network, normals, reorder, times } from "./support/networks.ts";

const samplesOf = (
  draw: Random,
  inputs: number[][],
  coefficients: readonly (readonly number[])[],
  noise: number,
): SharedDesign => ({
  x: inputs,
  y: times(inputs, coefficients).map((row) => row.map((value) => value + noise * draw.normal())),
});

describe("reducedRank", () => {
  const draw = random(11);
  const inputs = normals(draw, 25, 6);
  const data = samplesOf(draw, inputs, lowRank(draw, 6, 4, 2), 0.5);

  it("is least squares of each task at q = T", () => {
    const fit = reducedRank(data, { width: 4, weights: [1, 2, 0.3, 5] });
    const residual = times(inputs, fit.coefficients).map((row, i) =>
      row.map((value, k) => data.y[i]![k]! - value),
    );
    const gradient = times(transpose(inputs), residual).flat();
    for (const value of gradient) expect(Math.abs(value)).toBeLessThan(1e-10);
    for (const [k, value] of fit.combination.entries()) expect(value).toBeCloseTo(k === 0 ? 1 : 0, 12);
  });

  it("gives the primary as its combination of the tasks' own fits, and never a higher loss for a larger width", () => {
    const weights = [1, 2, 0.3, 5];
    const ols = reducedRank(data, { width: 4, weights }).coefficients;
    let before = Number.POSITIVE_INFINITY;
    for (const width of [1, 2, 3, 4]) {
      const fit = reducedRank(data, { width, weights });
      for (const [i, row] of ols.entries())
        expect(row.reduce((sum, value, k) => sum + fit.combination[k]! * value, 0)).toBeCloseTo(
          fit.coefficients[i]![0]!,
          10,
        );
      expect(fit.loss).toBeLessThan(before);
      before = fit.loss;
    }
  });

  it("does not depend on the order of the auxiliaries, nor on the scale of the weights", () => {
    const order = [0, 3, 1, 2];
    const weights = [1, 2, 0.3, 5];
    const fit = reducedRank(data, { width: 2, weights });
    const other = reducedRank(
      { x: inputs, y: reorder(data.y, order) },
      { width: 2, weights: order.map((k) => 7 * weights[k]!) },
    );
    for (const [i, row] of reorder(fit.coefficients, order).entries())
      for (const [k, value] of row.entries()) expect(other.coefficients[i]![k]).toBeCloseTo(value, 10);
    expect(other.loss).toBeCloseTo(7 * fit.loss, 8);
  });

  it("is where gradient descent on the two layers ends", () => {
    const weights = [1, 2, 0.3, 5];
    const fit = reducedRank(data, { width: 2, weights });
    for (const seed of [1, 2, 3]) {
      const reached = gradientDescent(data, weights, 2, seed);
      for (const [i, row] of fit.coefficients.entries())
        for (const [k, value] of row.entries()) expect(Math.abs(reached[i]![k]! - value)).toBeLessThan(1e-6);
    }
  });

  it("refuses a design that does not determine the coefficients, and a width or weight out of range", () => {
    const twice = { x: inputs.map((row) => [...row, row[0]!]), y: data.y };
    expect(() => reducedRank(twice, { width: 2 })).toThrow(expect.objectContaining({ code: "singular" }));
    for (const width of [0, 5, 1.5, Number.NaN])
      expect(() => reducedRank(data, { width })).toThrow(expect.objectContaining({ code: "bad-problem" }));
    expect(() => reducedRank(data, { width: 2, weights: [1, 0, 1, 1] })).toThrow(/weights\[1\]/);
    expect(() => reducedRank({ x: inputs.slice(1), y: data.y }, { width: 2 })).toThrow(
      expect.objectContaining({ code: "shape" }),
    );
  });
});

describe("linearNetwork", () => {
  it("has the in-sample risk of reduced-rank regression, and nearly that on new rows", () => {
    const [features, samples, width] = [6, 60, 2];
    const draw = random(5);
    const coefficients = lowRank(draw, features, 4, width);
    const noise = [1, 2, 0.5, 1];
    const weights = [2, 1, 3, 1];
    const inputs = normals(draw, samples, features);
    const covariance = times(transpose(inputs), inputs).map((row) => row.map((value) => value / samples));
    const problem = { coefficients, noise, samples, width, weights };
    const theory = networkMonteCarlo(linearNetwork({ ...problem, covariance }), { replicates: 4000 }).risk;
    const outside = networkMonteCarlo(linearNetwork({ ...problem, judged: "out-of-sample" }), {
      replicates: 4000,
    }).risk;
    const inSample: number[] = [];
    const fresh: number[] = [];
    for (let i = 0; i < 3000; i++) {
      for (const [x, errors] of [
        [inputs, inSample],
        [normals(draw, samples, features), fresh],
      ] as const) {
        const labels = times(x, coefficients).map((row) =>
          row.map((value, k) => value + Math.sqrt(noise[k]!) * draw.normal()),
        );
        const fit = reducedRank({ x, y: labels }, { width, weights });
        const error = fit.coefficients.map((row, j) => [row[0]! - coefficients[j]![0]!]);
        errors.push(
          x === inputs
            ? times(x, error).reduce((sum, [value]) => sum + value! ** 2, 0) / samples
            : error.reduce((sum, [value]) => sum + value! ** 2, 0),
        );
      }
    }
    const mean = inSample.reduce((sum, value) => sum + value, 0) / inSample.length;
    const se = Math.sqrt(inSample.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / inSample.length;
    expect(Math.abs(mean - theory.mean)).toBeLessThan(3.5 * Math.hypot(se, theory.se));
    const onNew = fresh.reduce((sum, value) => sum + value, 0) / fresh.length;
    expect(Math.abs(outside.mean / onNew - 1)).toBeLessThan(0.08);
    expect(onNew).toBeGreaterThan(mean);
  });

  it("has no finite risk out of sample from too few samples", () => {
    const problem = {
      coefficients: [
        [1, 1],
        [0, 1],
      ],
      noise: [1, 1],
      samples: 3,
      width: 1,
    };
    expect(() => linearNetwork({ ...problem, judged: "out-of-sample" })).toThrow(
      expect.objectContaining({ code: "infinite-risk" }),
    );
    expect(linearNetwork(problem).noise).toEqual([1 / 3, 1 / 3]);
  });
});

describe("networkFirstOrder", () => {
  it("comes closer to the simulated risk as the noise falls", () => {
    const off = [10, 30, 100].map((strength) => {
      const at = network(3, strength);
      return 1 - networkFirstOrder(at).risk / networkMonteCarlo(at, { replicates: 4000 }).risk.mean;
    });
    expect(off[0]).toBeGreaterThan(4 * off[1]!);
    expect(off[1]).toBeGreaterThan(4 * off[2]!);
    expect(Math.abs(off[2]!)).toBeLessThan(0.002);
  });

  it("warns where the noise is large or the width is not determined", () => {
    expect(networkFirstOrder(network(3, 10)).caution).toMatch(/below 20/);
    expect(networkFirstOrder(network(3, 40)).caution).toBeUndefined();
    const tied = {
      signal: [
        [2, 0, 0],
        [0, 2, 0],
        [0, 0, 0],
      ],
      noise: [0, 0, 0],
      width: 1,
    };
    expect(networkFirstOrder(tied).caution).toMatch(/equal/);
  });

  it("is smallest at a_k = s_0²/s_k² where the coefficients have the rank of the width", () => {
    const draw = random(8);
    const noise = [1, 4, 0.25, 2, 1];
    const problem = { coefficients: lowRank(draw, 9, 5, 2), noise, samples: 500, width: 2 };
    const at = (weights: number[]): number => networkFirstOrder(linearNetwork({ ...problem, weights })).risk;
    const best = networkWeights(noise);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 5, maxLength: 5 }),
        (factors) => {
          const other = best.map((weight, k) => weight * factors[k]!);
          expect(at(other)).toBeGreaterThanOrEqual(at(best) * (1 - 1e-9));
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe("autoNetwork", () => {
  /** Mean in-sample loss of the choice, in units of single-task's risk. */
  const ratioOf = (coefficientsOf: (draw: Random) => number[][], noise: number): number => {
    let [chosen, alone] = [0, 0];
    for (let seed = 1; seed <= 60; seed++) {
      const draw = random(seed);
      const truth = coefficientsOf(draw);
      const data = samplesOf(draw, normals(draw, 60, 10), truth, noise);
      const target = truth.map((row) => row[0]!);
      const loss = (coefficients: readonly number[]): number =>
        squaredDistance(
          times(
            data.x,
            coefficients.map((value) => [value]),
          ).map(([value]) => value!),
          times(
            data.x,
            target.map((value) => [value]),
          ).map(([value]) => value!),
        );
      chosen += loss(autoNetwork(data).coefficients);
      alone += loss(reducedRank(data, { width: truth[0]!.length }).coefficients.map((row) => row[0]!));
    }
    return chosen / alone;
  };

  it("gains where the tasks share two directions, and loses little where they share nothing", () => {
    expect(ratioOf((draw) => lowRank(draw, 10, 6, 2), 1)).toBeLessThan(0.7);
    expect(ratioOf((draw) => normals(draw, 10, 6), 1)).toBeLessThan(1.1);
  });

  it("says which option it took and why, with single-task among them", () => {
    const draw = random(2);
    const shared = autoNetwork(samplesOf(draw, normals(draw, 80, 10), lowRank(draw, 10, 5, 1), 1));
    expect(shared).toMatchObject({ choice: "network", width: 1 });
    expect(shared.reason).toContain("Width 1");
    expect(shared.risk).toBeLessThan(shared.single);
    const apart = autoNetwork(samplesOf(draw, normals(draw, 80, 10), normals(draw, 10, 5), 0.05));
    expect(apart).toMatchObject({ choice: "single-task", combination: [1, 0, 0, 0, 0] });
    expect(apart.reason).toContain("alone");
    expect(apart.candidates).toHaveLength(20);
  });

  it("needs samples or the noise", () => {
    const draw = random(2);
    const few = samplesOf(draw, normals(draw, 10, 10), lowRank(draw, 10, 5, 1), 1);
    expect(() => autoNetwork(few)).toThrow(expect.objectContaining({ code: "bad-data" }));
    expect(autoNetwork(few, { noise: [1, 1, 1, 1, 1] }).choice).toBe("network");
  });
});

function transpose(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));
}

/** Plain gradient descent with momentum on Σ a_k ‖y_k - X A b_k‖²/2 from a random start. */
function gradientDescent(
  { x: inputs, y: labels }: SharedDesign,
  weights: readonly number[],
  width: number,
  seed: number,
): number[][] {
  const draw = random(seed);
  let layer = normals(draw, inputs[0]!.length, width).map((row) => row.map((value) => value / 4));
  let heads = normals(draw, width, weights.length).map((row) => row.map((value) => value / 4));
  let layerSpeed = layer.map((row) => row.map(() => 0));
  let headSpeed = heads.map((row) => row.map(() => 0));
  const transposed = transpose(inputs);
  for (let step = 0; step < 6000; step++) {
    const error = times(times(inputs, layer), heads).map((row, i) =>
      row.map((value, k) => weights[k]! * (value - labels[i]![k]!)),
    );
    const slope = times(transposed, error);
    const layerSlope = times(slope, transpose(heads));
    const headSlope = times(transpose(layer), slope);
    layerSpeed = layerSpeed.map((row, i) => row.map((value, j) => 0.9 * value - 3e-4 * layerSlope[i]![j]!));
    headSpeed = headSpeed.map((row, i) => row.map((value, j) => 0.9 * value - 3e-4 * headSlope[i]![j]!));
    layer = layer.map((row, i) => row.map((value, j) => value + layerSpeed[i]![j]!));
    heads = heads.map((row, i) => row.map((value, j) => value + headSpeed[i]![j]!));
  }
  return times(layer, heads);
}
