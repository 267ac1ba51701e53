import { moments, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { apply, inverse } from "../linalg/matrix.ts";

/** Least squares on one task's own data. */
export interface OwnFit {
  readonly rows: number;
  readonly features: number;
  /** A = X'X, D×D, and its inverse. */
  readonly gram: Float64Array;
  readonly inverted: Float64Array;
  /** X'y. */
  readonly cross: Float64Array;
  /** ŵ = A^-1 X'y. */
  readonly coefficients: Float64Array;
  /** The residual sum of squares, |y - X ŵ|². */
  readonly residual: number;
  /** ŝ² = residual / (n - D), unbiased. */
  readonly noise: number;
}

/**
 * The own fit of every task.
 *
 * @throws LinearTheoryError `bad-data` when a task has at most D rows, so that its noise cannot be estimated; `singular` when its features determine one another
 * to double precision; what `moments` throws.
 * Cost: O(Σ n_k D² + T D³).
 */
export function ownFits(tasks: readonly TaskData[]): OwnFit[] {
  return moments(tasks).map(({ rows, features, gram, cross }, task) => {
    if (rows <= features)
      throw new LinearTheoryError(
        "bad-data",
        `Task ${task} has ${rows} rows for ${features} features: its noise can only be estimated from more than ${features}. Give more rows, drop features, or leave the task out.`,
        { task, rows, features },
      );
    const inverted = invertedGram(gram, features, task);
    const coefficients = apply(inverted, cross, features);
    const residual = residualOf(tasks[task]!, coefficients);
    if (!Number.isFinite(residual))
      throw new LinearTheoryError(
        "non-finite",
        `The residuals of task ${task} overflow: rescale its labels or features.`,
        { task },
      );
    return {
      rows,
      features,
      gram,
      inverted,
      cross,
      coefficients,
      residual,
      noise: residual / (rows - features),
    };
  });
}

/** |y - X w|², from the rows: sums of squares would cancel where the fit is good. */
export function residualOf({ x, y }: TaskData, coefficients: Float64Array): number {
  let sum = 0;
  for (const [i, row] of x.entries()) {
    let error = y[i]!;
    for (let j = 0; j < coefficients.length; j++) error -= row[j]! * coefficients[j]!;
    sum += error * error;
  }
  return sum;
}

function invertedGram(gram: Float64Array, features: number, task: number): Float64Array {
  try {
    return inverse(gram, features);
  } catch (error) {
    if (error instanceof LinearTheoryError && error.code === "singular")
      throw new LinearTheoryError(
        "singular",
        `The features of task ${task} determine one another (${error.message})`,
        { task },
      );
    throw error;
  }
}
