import { describe, expect, it } from "vitest";
import type { TaskData } from "../src/data.ts";
import { alternatingNetwork } from "../src/network/alternating.ts";
import { reducedRank } from "../src/network/reduced-rank.ts";
import { random } from "../src/random.ts";
import { normals } from "./support/networks.ts";

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Tasks with designs of their own and coefficients of rank q. */
function drawTasks(
  seed: number,
  { features = 5, rows = [20, 30, 12, 25], rank = 2, noise = 0.5, shared = false } = {},
): TaskData[] {
  const draw = random(seed);
  const layer = normals(draw, features, rank);
  const common = normals(draw, rows[0]!, features);
  return rows.map((n) => {
    const inputs = shared ? common : normals(draw, n, features);
    const head = normals(draw, 1, rank)[0]!;
    const coefficients = layer.map((row) => dot(row, head));
    return { x: inputs, y: inputs.map((row) => dot(row, coefficients) + noise * draw.normal()) };
  });
}

const weights = [1, 0.5, 2, 1];

describe("alternatingNetwork", () => {
  it("is reduced-rank regression on a shared design", () => {
    for (const seed of [1, 2, 3]) {
      const tasks = drawTasks(seed, { shared: true });
      const data = {
        x: tasks[0]!.x,
        y: tasks[0]!.y.map((_, i) => tasks.map((task) => task.y[i]!)),
      };
      for (const width of [1, 2, 3, 4]) {
        const closed = reducedRank(data, { width, weights });
        const fit = alternatingNetwork(tasks, { width, weights });
        expect(fit.loss / closed.loss).toBeCloseTo(1, 9);
        for (const [i, row] of closed.coefficients.entries())
          for (const [k, value] of row.entries()) expect(fit.coefficients[i]![k]).toBeCloseTo(value, 6);
      }
    }
  });

  it("ends where no change of layer or heads lowers the loss to first order, on different designs", () => {
    const tasks = drawTasks(4);
    const fit = alternatingNetwork(tasks, { width: 2, weights });
    // Column k: a_k X_k'(y_k - X_k w_k). At a minimum of rank q it is orthogonal to W from both sides.
    const slope = fit.coefficients.map((_, i) =>
      tasks.map((task, k) =>
        task.x.reduce((sum, row, s) => {
          const fitted = row.reduce((total, value, j) => total + value * fit.coefficients[j]![k]!, 0);
          return sum + weights[k]! * row[i]! * (task.y[s]! - fitted);
        }, 0),
      ),
    );
    const features = slope.map((_, i) => i);
    for (const j of weights.keys())
      for (const k of weights.keys())
        expect(
          Math.abs(
            dot(
              features.map((i) => fit.coefficients[i]![j]!),
              features.map((i) => slope[i]![k]!),
            ),
          ),
        ).toBeLessThan(1e-6);
    for (const row of fit.coefficients)
      for (const other of slope) expect(Math.abs(dot(row, other))).toBeLessThan(1e-6);
    expect(Math.max(...slope.flat().map(Math.abs))).toBeGreaterThan(0.01);
  });

  it("gives the best of its starts, the same for the same seed and in any order of the auxiliaries", () => {
    const tasks = drawTasks(6, { rows: [6, 7, 5, 6], noise: 1.5 });
    const fit = alternatingNetwork(tasks, { width: 2, weights, starts: 6 });
    expect(fit.loss).toBe(Math.min(...fit.startLosses));
    expect(fit.startLosses).toHaveLength(6);
    expect(alternatingNetwork(tasks, { width: 2, weights, starts: 6 })).toEqual(fit);
    const order = [0, 2, 3, 1];
    const other = alternatingNetwork(
      order.map((k) => tasks[k]!),
      { width: 2, weights: order.map((k) => weights[k]!), starts: 6 },
    );
    expect(other.loss / fit.loss).toBeCloseTo(1, 8);
  });

  it("finds and reports local minima, which designs of very different scales have", () => {
    const draw = random(38);
    const tasks = Array.from({ length: 3 }, () => ({
      x: [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 10 ** (2 * draw.uniform() - 1) : 0))),
      y: normals(draw, 1, 3)[0]!.map((value) => 3 * value),
    }));
    const fit = alternatingNetwork(tasks, { width: 1, starts: 8 });
    expect(fit.caution).toMatch(/local minima/);
    expect(fit.loss).toBe(Math.min(...fit.startLosses));
    expect(alternatingNetwork(tasks, { width: 1, starts: 1 }).loss).toBeGreaterThan(1.5 * fit.loss);
  });

  it("borrows directions for a task with fewer samples than features", () => {
    const tasks = drawTasks(9, { features: 8, rows: [4, 60, 60, 60], noise: 0.01 });
    const fit = alternatingNetwork(tasks, { width: 2 });
    const exact = alternatingNetwork(drawTasks(9, { features: 8, rows: [4, 60, 60, 60], noise: 0 }), {
      width: 2,
    });
    for (const [i, row] of exact.coefficients.entries())
      expect(Math.abs(fit.coefficients[i]![0]! - row[0]!)).toBeLessThan(0.05);
    expect(exact.loss).toBeLessThan(1e-12);
  });

  it("lets the layer be wider than the coefficients' rank", () => {
    const fit = alternatingNetwork(drawTasks(2, { rank: 1, noise: 0 }), { width: 3 });
    expect(fit.loss).toBeLessThan(1e-12);
  });

  it("says when it has not converged, and refuses what it cannot fit", () => {
    const tasks = drawTasks(1);
    expect(() => alternatingNetwork(tasks, { width: 2, sweeps: 1 })).toThrow(
      expect.objectContaining({ code: "not-converged" }),
    );
    expect(() => alternatingNetwork(tasks, { width: 0 })).toThrow(
      expect.objectContaining({ code: "bad-problem" }),
    );
    expect(() => alternatingNetwork(tasks, { width: 2, tolerance: 0 })).toThrow(/tolerance/);
    const [primary, ...rest] = tasks;
    const short = { x: primary!.x.slice(0, 1), y: primary!.y.slice(0, 1) };
    expect(() => alternatingNetwork([short, ...rest], { width: 2 })).toThrow(/Task 0 has 1 samples/);
    const narrow = { ...primary!, x: primary!.x.map((row) => row.slice(1)) };
    expect(() => alternatingNetwork([narrow, ...rest], { width: 2 })).toThrow(
      expect.objectContaining({ code: "shape" }),
    );
    const still = { ...primary!, x: primary!.x.map((row) => row.map(() => 0)) };
    expect(() => alternatingNetwork([still, ...rest], { width: 2 })).toThrow(
      expect.objectContaining({ code: "singular" }),
    );
  });
});
