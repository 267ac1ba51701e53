import type { TaskData } from "../data.ts";
import type { Problem } from "../problem.ts";
import type { Random } from "../random.ts";
import type { ShiftProblem } from "../risk/equivalent-shift.ts";
import { populationOf } from "./population.ts";

/**
 * Draws the data of every task once: what an estimate from data is tried on. The primary's coefficients are 0 where the problem gives
 * shifts only, so that the squared length of an estimate is its loss.
 *
 * @param source Goes on from where it is: call again for the next data set.
 * @throws LinearTheoryError as `simulatePooled` for the problem.
 * Cost: Σ n_k D normals; as many times D multiplications where tasks have covariances of their own.
 *
 * @example
 * const source = random(0);
 * const tasks = drawData({ features: 5, rows: [20, 40], noise: [1, 1], shifts: [[0, 0], [0, 0.5]] }, source);
 */
export function drawData(problem: Problem | ShiftProblem, source: Random): TaskData[] {
  const { features, rows, deviations, differences, factors } = populationOf(problem);
  const primary = "coefficients" in problem ? problem.coefficients[0]! : undefined;
  return rows.map((n, task) => {
    const w = Array.from(differences[task]!, (value, i) => value + (primary?.[i] ?? 0));
    const factor = factors?.[task];
    const x = Array.from({ length: n }, () => {
      const z = Array.from({ length: features }, () => source.normal());
      if (factor === undefined) return z;
      return z.map((_, i) => {
        let sum = 0;
        for (let j = 0; j <= i; j++) sum += factor[i * features + j]! * z[j]!;
        return sum;
      });
    });
    const y = x.map((row) =>
      row.reduce((sum, value, i) => sum + value * w[i]!, deviations[task]! * source.normal()),
    );
    return { x, y };
  });
}
