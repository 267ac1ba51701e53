import { LinearTheoryError } from "./error.ts";
import { dense, gram, type Rows } from "./linalg/matrix.ts";

/** The data of one task, as plain JSON: a row of D features and a label a sample. */
export interface TaskData {
  /** X, n×D. */
  readonly x: Rows;
  /** y, length n. */
  readonly y: readonly number[];
}

/** The data of one task, flat: X is n×D row-major. */
export interface Samples {
  readonly rows: number;
  readonly columns: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The data of one task as sums: all that least squares needs. */
export interface Moments {
  readonly rows: number;
  readonly features: number;
  /** X'X, D×D, row-major. */
  readonly gram: Float64Array;
  /** X'y, length D. */
  readonly cross: Float64Array;
  /** y'y. */
  readonly square: number;
}

/**
 * The data of every task, checked. The primary's come first.
 *
 * @throws LinearTheoryError `bad-data` when there is no task, the primary has no rows or no features, or x and y differ in length; `shape` when a row has
 * another width than the first; `non-finite` when a value is NaN or infinite. The message names the place.
 * Cost: O(Σ n_k D).
 */
export function samplesOf(tasks: readonly TaskData[]): Samples[] {
  const features = tasks[0]?.x[0]?.length ?? 0;
  if (features === 0)
    throw bad("The data need at least one task, with at least one row and one feature.", {});
  return tasks.map(({ x, y }, task) => {
    if (x.length !== y.length)
      throw bad(
        `Task ${task} has ${x.length} rows of features and ${y.length} labels: give one label a row.`,
        {
          task,
          rows: x.length,
          labels: y.length,
        },
      );
    return {
      rows: x.length,
      columns: features,
      x: dense(x, features, `tasks[${task}].x`),
      y: dense([y], y.length, `tasks[${task}].y`),
    };
  });
}

/**
 * The sums of every task.
 *
 * @throws LinearTheoryError as `samplesOf`, and `non-finite` when a product overflows. Cost: O(Σ n_k D²).
 */
export function moments(tasks: readonly TaskData[]): Moments[] {
  return samplesOf(tasks).map(({ rows, columns: features, x, y }, task) => {
    const cross = new Float64Array(features);
    let square = 0;
    for (let i = 0; i < rows; i++) {
      const label = y[i]!;
      square += label * label;
      for (let j = 0; j < features; j++) cross[j]! += x[i * features + j]! * label;
    }
    if (!(Number.isFinite(square) && cross.every(Number.isFinite)))
      throw new LinearTheoryError(
        "non-finite",
        `The sums of squares of task ${task} overflow. Rescale its labels or features.`,
        { task },
      );
    return { rows, features, gram: gram(x, features), cross, square };
  });
}

function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-data", message, details);
}
