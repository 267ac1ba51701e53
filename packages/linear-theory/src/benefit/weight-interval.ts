import { LinearTheoryError } from "../error.ts";
import type { Problem } from "../problem.ts";
import { riskMatrix } from "../risk/risk-matrix.ts";

/**
 * The weights α of one auxiliary, as a share (the primary has 1 - α), that beat the primary alone: exactly 0 < α < `high`, with
 * high = 2 (Q_00 - Q_01) / (Q_00 - 2 Q_01 + Q_11). For a shared design of independent errors that is 2 c s_0² / (Δ + c s_1² + c s_0²), c = D / (n - D - 1).
 * Half of it is the best share without a sign constraint. `high` is 0 when only negative shares (or none) help.
 *
 * @returns `high` is 2 when only the primary's own risk is infinite (every α up to 1 helps), 0 when the auxiliary's is.
 * @throws LinearTheoryError `bad-problem` for another number of tasks than 2 and for tasks of a shared design with different rows.
 * Cost: O(1). Own derivation.
 */
export function weightInterval(
  problem: Problem,
  design: "shared" | "average",
  noiseCovariance?: readonly (readonly number[])[],
): { readonly low: 0; readonly high: number } {
  if (problem.rows.length !== 2)
    throw new LinearTheoryError(
      "bad-problem",
      `weightInterval needs the primary and one auxiliary, not ${problem.rows.length} tasks. Use benefit for more.`,
      { tasks: problem.rows.length },
    );
  const q = riskMatrix(problem, design, noiseCovariance);
  const [own, across, other] = [q[0]![0]!, q[0]![1]!, q[1]![1]!];
  if (other === Number.POSITIVE_INFINITY) return { low: 0, high: 0 };
  if (own === Number.POSITIVE_INFINITY) return { low: 0, high: 2 };
  const unit = Math.max(own, other);
  const room = own / unit - across / unit;
  const curvature = room + (other / unit - across / unit);
  return { low: 0, high: room > 0 && curvature > 0 ? (2 * room) / curvature : 0 };
}
