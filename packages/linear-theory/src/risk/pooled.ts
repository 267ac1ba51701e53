import { LinearTheoryError } from "../error.ts";
import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { scaledProblem, unscaled } from "./scale.ts";
import { tooFewRows } from "./single-task.ts";

/**
 * The exact risk of one least-squares fit to the rows of all tasks together, unweighted:
 * R = Σ_jk c_jk G_jk + (Σ_k n_k s_k² / N) D / (N - D - 1), N = Σ n_k, with c from `poolingCoefficients`.
 * The primary alone may have fewer rows than features.
 *
 * Infinite with a caution for N ≤ D + 1.
 * @throws LinearTheoryError `bad-problem`. Cost: O(T²).
 * Own derivation from second moments of the matrix Dirichlet distribution; confirmed by simulation.
 */
export function pooledRisk(problem: Problem): Risk {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows, noise, shifts } = unit;
  const total = rows.reduce((sum, n) => sum + n, 0);
  if (total <= features + 1) return infiniteRisk(tooFewRows("the pool of all tasks", total, features));
  const coefficients = poolingCoefficients(rows, features);
  let bias2 = 0;
  for (const [j, row] of shifts.entries())
    for (const [k, value] of row.entries()) bias2 += coefficients[j]![k]! * value;
  const spread = noise.reduce((sum, value, k) => sum + (rows[k]! / total) * value, 0);
  return unscaled(scale, bias2, (spread * features) / (total - features - 1), true);
}

/**
 * c, T×T: E A_j H^-2 A_k = c_jk I for independent Wishart matrices A_k of n_k rows and D features and H = Σ A_k. All entries sum to 1.
 * c_jk = α_jk + β_jk (N D - 2) / (N - D - 1) with
 * α_kk = n_k (N (n_k + 1) - 2) / (N (N + 2)(N - 1)), β_kk = n_k (N - n_k) / (N (N + 2)(N - 1)),
 * α_jk = n_j n_k / ((N + 2)(N - 1)), β_jk = -n_j n_k / (N (N + 2)(N - 1)).
 *
 * @throws LinearTheoryError `bad-problem` for counts that are not whole numbers of at least 0 (1 for features), `infinite-risk` for N ≤ D + 1.
 */
export function poolingCoefficients(rows: readonly number[], features: number): number[][] {
  const total = rows.reduce((sum, n) => sum + n, 0);
  if (
    !(rows.every((n) => Number.isSafeInteger(n) && n >= 0) && Number.isSafeInteger(features) && features >= 1)
  )
    throw new LinearTheoryError(
      "bad-problem",
      `rows must be whole numbers of at least 0 and features one of at least 1, not [${rows.join(", ")}] and ${features}.`,
      { rows, features },
    );
  if (total <= features + 1)
    throw new LinearTheoryError("infinite-risk", tooFewRows("the pool of all tasks", total, features), {
      rows: total,
      features,
    });
  const factor =
    ((features - 2 / total) * (total / (total + 2)) * (total / (total - 1))) / (total - features - 1);
  return rows.map((n, j) =>
    rows.map((m, k) =>
      j === k
        ? (n / (total - 1)) * ((n + 1 - 2 / total) / (total + 2)) + (n / total) * (1 - n / total) * factor
        : (n / (total + 2)) * (m / (total - 1)) - (n / total) * (m / total) * factor,
    ),
  );
}
