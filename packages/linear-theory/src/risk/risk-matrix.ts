import type { Rows } from "../linalg/matrix.ts";
import { checkProblem, type Problem } from "../problem.ts";
import { fitVariance } from "./averaging.ts";
import { sharedRows, withNoise } from "./shared-design.ts";

/**
 * Q, T×T, of the designs whose risk is α'Q α at weights α that sum to 1: G + c S for a shared design, c = D / (n - D - 1), and
 * G + diag(s_k² D / (n_k - D - 1)) for averaged fits. The diagonal is Infinity for a fit of its own with at most D + 1 rows.
 *
 * @param noiseCovariance S, for the shared design only; default diag(s_k²).
 * @throws LinearTheoryError `bad-problem`. Cost: O(T²).
 */
export function riskMatrix(
  problem: Problem,
  design: "shared" | "average",
  noiseCovariance?: Rows,
): number[][] {
  if (design === "average") {
    const { features, rows, noise, shifts } = checkProblem(problem);
    return shifts.map((row, j) =>
      row.map((value, k) => (j === k ? value + fitVariance(features, rows[k]!, noise[k]!) : value)),
    );
  }
  const { features, rows, noise, shifts } = checkProblem(withNoise(problem, noiseCovariance));
  const n = sharedRows(rows);
  const covariance = (j: number, k: number) => noiseCovariance?.[j]![k] ?? (j === k ? noise[k]! : 0);
  const infinite = n <= features + 1 && !(n >= features && noise.every((value) => value === 0));
  const c = features / (n - features - 1);
  return shifts.map((row, j) =>
    row.map((value, k) => {
      const own = covariance(j, k);
      if (infinite && j === k) return Number.POSITIVE_INFINITY;
      return own === 0 ? value : value + c * own;
    }),
  );
}
