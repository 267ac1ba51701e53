import { describe, expect, it } from "vitest";
import type { TaskData } from "../src/data.ts";
import { moments } from "../src/data.ts";
import { benefitInterval } from "../src/plug-in/benefit-interval.ts";
import { estimateProblem, nearestSemidefinite } from "../src/plug-in/estimate-problem.ts";
import { jamesSteinTransfer } from "../src/plug-in/james-stein.ts";
import { plugInWeights } from "../src/plug-in/plug-in-weights.ts";
import { random } from "../src/random.ts";
import type { Design } from "../src/risk/design-risk.ts";
import { fixedDesignRisk } from "../src/risk/fixed-design.ts";
import { cpOfMoments, mallowsCp, pooledFit } from "../src/risk/mallows-cp.ts";
import { optimalWeights } from "../src/weights/optimal-weights.ts";
import { drawTasks, labels, shifted, squaredDistance } from "./support/draw.ts";
import { apart, problem, vectors } from "./support/vectors.ts";

const v = vectors.plugin;
const given: TaskData[] = v.X.map((x, k) => ({ x, y: v.y[k]! }));

const distance = (delta: number): number[][] => [
  [0, 0],
  [0, delta],
];

describe("estimateProblem", () => {
  it("gives the reference vector", () => {
    const { problem: estimated, unbiasedShifts, coefficients } = estimateProblem(given);
    for (const [k, s2] of v.s2_hat.entries()) expect(apart(estimated.noise[k]!, s2)).toBeLessThan(1e-9);
    for (const [j, row] of v.G_hat.entries())
      for (const [k, value] of row.entries()) expect(unbiasedShifts[j]![k]).toBeCloseTo(value, 9);
    for (const [k, row] of v.w_ols.entries())
      for (const [i, value] of row.entries()) expect(coefficients[k]![i]).toBeCloseTo(value, 9);
  });

  it("is unbiased given the features, and so is Cp", () => {
    const stream = random(3);
    const sums = [0, 0, 0, 0, 0];
    const squares = [0, 0, 0, 0, 0];
    const replicates = 2000;
    for (let replicate = 0; replicate < replicates; replicate++) {
      const tasks = v.X.map((x, k) => ({ x, y: labels(x, v.w_true[k]!, v.s2_true[k]!, stream) }));
      const { problem: estimated, unbiasedShifts } = estimateProblem(tasks);
      const values = [
        unbiasedShifts[1]![1]!,
        unbiasedShifts[1]![2]!,
        unbiasedShifts[2]![2]!,
        estimated.noise[1]!,
        mallowsCp(tasks, v.a, v.s2_true[0]!),
      ];
      for (const [i, value] of values.entries()) {
        sums[i]! += value;
        squares[i]! += value * value;
      }
    }
    const own = v.X[0]!;
    const shift = (k: number) => v.w_true[k]!.map((value, i) => value - v.w_true[0]![i]!);
    const g = (j: number, k: number) =>
      own.reduce((sum, row) => {
        const along = (d: number[]) => row.reduce((total, value, i) => total + value * d[i]!, 0);
        return sum + along(shift(j)) * along(shift(k));
      }, 0) / own.length;
    const risk = fixedDesignRisk({ x: v.X, coefficients: v.w_true, noise: v.s2_true }, v.a).risk;
    expect(apart(risk, v.in_sample_risk_exact)).toBeLessThan(1e-9);
    for (const [i, truth] of [g(1, 1), g(1, 2), g(2, 2), v.s2_true[1]!, risk].entries()) {
      const mean = sums[i]! / replicates;
      const error = Math.sqrt((squares[i]! / replicates - mean * mean) / replicates);
      expect(Math.abs(mean - truth) / error).toBeLessThan(4);
    }
  });

  it("projects to the nearest semi-definite matrix: a definite one stays, a negative one becomes 0", () => {
    const definite = [
      [0, 0, 0],
      [0, 2, 1],
      [0, 1, 3],
    ];
    for (const [j, row] of nearestSemidefinite(definite).entries())
      for (const [k, value] of row.entries()) expect(value).toBeCloseTo(definite[j]![k]!, 13);
    expect(
      nearestSemidefinite([
        [0, 0],
        [0, -1],
      ]),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
    // Eigenvalues 3 and -1 along (1, 1) and (1, -1): what is left is 3/2 everywhere.
    for (const value of nearestSemidefinite([
      [0, 0, 0],
      [0, 1, 2],
      [0, 2, 1],
    ])
      .slice(1)
      .flatMap((row) => row.slice(1)))
      expect(value).toBeCloseTo(1.5, 13);
  });
});

describe("plugInWeights", () => {
  it("fits the primary with the weights that it gives", () => {
    const { weights, coefficients, ratio } = plugInWeights(given);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(ratio).toBeLessThan(1);
    const alone = plugInWeights([given[0]!]);
    for (const [i, value] of v.w_ols[0]!.entries()) expect(alone.coefficients[i]).toBeCloseTo(value, 9);
    expect(coefficients).not.toEqual(alone.coefficients);
    // Least squares is where Cp's first part, the squared error, has no slope: any move of ŵ at these weights makes the pooled error larger.
    const error = (w: readonly number[]) =>
      given.reduce((sum, { x, y }, k) => {
        const own = x.reduce(
          (total, row, i) => total + (y[i]! - row.reduce((s, value, j) => s + value * w[j]!, 0)) ** 2,
          0,
        );
        return sum + weights[k]! * own;
      }, 0);
    for (const step of [1e-4, -1e-4])
      for (const i of [0, 1])
        expect(error(coefficients.map((value, j) => (i === j ? value + step : value)))).toBeGreaterThan(
          error(coefficients),
        );
  });

  it("of a shared design averages the tasks' fits, and refuses other features", () => {
    const x = given[0]!.x;
    const shared = [given[0]!, { x, y: given[0]!.y.map((value) => value + 0.1) }];
    const { coefficients, weights, estimate } = plugInWeights(shared, { design: "shared" });
    for (const [i, value] of coefficients.entries())
      expect(value).toBeCloseTo(
        weights.reduce((sum, a, k) => sum + a * estimate.coefficients[k]![i]!, 0),
        12,
      );
    expect(() => plugInWeights(given, { design: "shared" })).toThrow(
      /Tasks 0 and 1 differ in their features/,
    );
  });

  it.each<Design>(["pooled", "average"])(
    "is consistent (%s): the regret falls towards 1 with the number of rows",
    (design) => {
      // Both errors come from the same data, so that their ratio needs few replicates.
      const regret = (n: number, replicates: number): number => {
        const rows = [n, 2 * n];
        const w = shifted(5, [0.5]);
        const best = optimalWeights(problem(5, rows, [1, 1], distance(0.5)), { design }).weights;
        const stream = random(n);
        let chosen = 0;
        let known = 0;
        for (let replicate = 0; replicate < replicates; replicate++) {
          const tasks = drawTasks(rows, w, [1, 1], stream);
          const { coefficients, estimate } = plugInWeights(tasks, { design });
          chosen += squaredDistance(coefficients, w[0]!);
          const fit =
            design === "pooled"
              ? pooledFit(moments(tasks), best).coefficients
              : estimate.coefficients[0]!.map(
                  (value, i) => best[0]! * value + best[1]! * estimate.coefficients[1]![i]!,
                );
          known += squaredDistance(fit, w[0]!);
        }
        return chosen / known;
      };
      const few = regret(20, 1000);
      const many = regret(320, 150);
      expect(few).toBeGreaterThan(1.12);
      expect(few).toBeLessThan(1.3);
      expect(many).toBeGreaterThan(1);
      expect(many).toBeLessThan(1.06);
    },
  );
});

describe("benefitInterval", () => {
  const draw = (delta: number, seed: number) =>
    drawTasks([40, 120], shifted(5, [delta]), [1, 1], random(seed));

  it("finds clear benefit and clear harm, and repeats itself with the same seed", () => {
    const wide = (delta: number) => drawTasks([160, 160], shifted(40, [delta]), [1, 1], random(1));
    expect(benefitInterval(wide(0), [1, 1]).verdict).toBe("helps");
    expect(benefitInterval(wide(5), [1, 1]).verdict).toBe("harms");
    const options = { seed: 4, resamples: 100 };
    expect(benefitInterval(draw(0.2, 1), [1, 1], options)).toEqual(
      benefitInterval(draw(0.2, 1), [1, 1], options),
    );
    expect(benefitInterval(draw(0.2, 1), [1, 1], { seed: 5, resamples: 100 })).not.toEqual(
      benefitInterval(draw(0.2, 1), [1, 1], options),
    );
  });

  it("holds the true ratio about as often as it says", () => {
    const truth = optimalWeightsRatio();
    let held = 0;
    const replicates = 120;
    for (let seed = 0; seed < replicates; seed++) {
      const { low, high } = benefitInterval(draw(0.3, 1000 + seed), [1, 1], {
        level: 0.9,
        resamples: 200,
        design: "average",
      });
      if (low <= truth && truth <= high) held++;
    }
    expect(held / replicates).toBeGreaterThan(0.8);
    expect(held / replicates).toBeLessThan(0.98);
  });

  it("names bad options", () => {
    expect(() => benefitInterval(given, [1, 1, 1], { level: 1 })).toThrow(/level/);
    expect(() => benefitInterval(given, [1, 1, 1], { resamples: 3 })).toThrow(/resamples/);
    expect(() => benefitInterval(given, [1, 1])).toThrow(/2 weights for 3 tasks/);
  });

  function optimalWeightsRatio(): number {
    const single = 5 / (40 - 6);
    return (0.3 / 4 + (single + 5 / (120 - 6)) / 4) / single;
  }
});

describe("jamesSteinTransfer", () => {
  it("beats least squares on the primary's rows whatever the shift, most without one", () => {
    const features = 20;
    const shifts = [0, 0.2, 1, 10, 100];
    const ratios = shifts.map((delta) => {
      const stream = random(11);
      const w = shifted(features, [delta]);
      const inSample = (x: TaskData["x"], fit: readonly number[]) =>
        x.reduce(
          (sum, row) => sum + row.reduce((s, value, i) => s + value * (fit[i]! - w[0]![i]!), 0) ** 2,
          0,
        );
      let drawn = 0;
      let own = 0;
      for (let replicate = 0; replicate < 120; replicate++) {
        const tasks = drawTasks([60, 120], w, [1, 1], stream);
        const fit = jamesSteinTransfer(tasks);
        drawn += inSample(tasks[0]!.x, fit.coefficients);
        own += inSample(tasks[0]!.x, fit.own);
      }
      return drawn / own;
    });
    for (const [i, known] of [0.466, 0.627, 0.831, 0.978, 0.998].entries()) {
      expect(ratios[i]).toBeLessThan(1);
      expect(Math.abs(ratios[i]! - known)).toBeLessThan(0.04);
    }
  });

  it("returns the own fit for two features, the target's for equal fits", () => {
    const fit = jamesSteinTransfer(given);
    expect(fit.shrinkage).toBe(0);
    expect(fit.coefficients).toEqual(fit.own);
    const stream = random(2);
    const [first] = drawTasks([20], [[1, 2, 3]], [1], stream);
    expect(jamesSteinTransfer([first!, first!])).toMatchObject({ shrinkage: 1 });
  });

  it("needs an auxiliary", () => {
    expect(() => jamesSteinTransfer([given[0]!])).toThrow(/auxiliary/);
  });
});

describe("bad data", () => {
  const [a, b] = given as [TaskData, TaskData];
  it.each<[string, TaskData[], RegExp, string]>([
    ["no task", [], /at least one task/, "bad-data"],
    ["no rows", [{ x: [], y: [] }], /at least one row/, "bad-data"],
    [
      "labels missing",
      [a, { x: b.x, y: b.y.slice(1) }],
      /Task 1 has \d+ rows of features and \d+ labels/,
      "bad-data",
    ],
    [
      "another width",
      [a, { x: [[1, 2, 3]], y: [1] }],
      /tasks\[1\]\.x\[0\] has 3 entries; it must have 2/,
      "shape",
    ],
    [
      "NaN in features",
      [{ x: [[1, Number.NaN]], y: [1] }],
      /tasks\[0\]\.x\[0\]\[1\] must be finite, not NaN/,
      "non-finite",
    ],
    [
      "NaN in labels",
      [{ x: [[1, 2]], y: [Number.NaN] }],
      /tasks\[0\]\.y\[0\]\[0\]|must be finite/,
      "non-finite",
    ],
    [
      "too few rows",
      [a, { x: b.x.slice(0, 2), y: b.y.slice(0, 2) }],
      /Task 1 has 2 rows for 2 features.*more rows/,
      "bad-data",
    ],
    [
      "features that repeat",
      [
        {
          x: [
            [1, 1],
            [2, 2],
            [3, 3],
          ],
          y: [1, 2, 3],
        },
      ],
      /features of task 0 determine one another/,
      "singular",
    ],
    [
      "an overflow",
      [
        {
          x: [
            [1e200, 1],
            [1, 2],
            [2, 1],
          ],
          y: [1, 2, 3],
        },
      ],
      /overflows|Rescale/,
      "non-finite",
    ],
  ])("%s is named", (_, tasks, message, code) => {
    expect(() => plugInWeights(tasks)).toThrow(message);
    expect(() => plugInWeights(tasks)).toThrow(expect.objectContaining({ code }));
  });

  it("Cp refuses a negative noise", () => {
    expect(() => cpOfMoments(moments(given), v.a, -1)).toThrow(/noise must be a finite variance/);
  });
});
