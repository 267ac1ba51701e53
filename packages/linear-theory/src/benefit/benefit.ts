import type { Problem, Risk } from "../problem.ts";
import { type Design, designRisk } from "../risk/design-risk.ts";
import { singleTaskRisk } from "../risk/single-task.ts";

/** Whether auxiliaries at given weights beat the primary alone, and by how much. */
export interface Benefit {
  /** The primary alone, R_0. */
  readonly single: Risk;
  /** All tasks at the given weights, R. */
  readonly transfer: Risk;
  /** R < R_0: necessary and sufficient where `transfer.exact`. */
  readonly helps: boolean;
  /** R / R_0; 0 when only R_0 is infinite, 1 when both are infinite or both 0, Infinity when only R_0 is 0. */
  readonly ratio: number;
  /**
   * The factor by which all squared shifts G can grow (or must shrink, below 1) before R = R_0: (R_0 - V) / B with V the variance and B the bias² of R.
   * 0 when the variance alone is too large, Infinity when there is no bias or R_0 is infinite.
   */
  readonly margin: number;
}

/**
 * The condition for benefit at given weights: R(a) < R_0, that is bias² < R_0 - variance.
 *
 * Throws and costs like `designRisk`. Own derivation; the best weights always help, so this is a question about these weights.
 */
export function benefit(problem: Problem, weights: readonly number[], design: Design): Benefit {
  const single = singleTaskRisk(problem);
  const transfer = designRisk(problem, weights, design);
  return {
    single,
    transfer,
    helps: transfer.risk < single.risk,
    ratio: riskRatio(transfer.risk, single.risk),
    margin: growthBefore(single.risk, transfer),
  };
}

/** R / R_0 with a meaning for 0 and Infinity on either side. */
export function riskRatio(transfer: number, single: number): number {
  if (transfer === single) return 1;
  return single === 0 ? Number.POSITIVE_INFINITY : transfer / single;
}

/** (R_0 - V) / B, at least 0. */
function growthBefore(single: number, { bias2, variance }: Risk): number {
  if (variance === Number.POSITIVE_INFINITY) return 0;
  if (single === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const room = single - variance;
  if (room <= 0) return 0;
  return bias2 === 0 ? Number.POSITIVE_INFINITY : room / bias2;
}
