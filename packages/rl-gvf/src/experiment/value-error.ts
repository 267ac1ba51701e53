import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { RlGvfError } from "../error.ts";

/** Directions in which the features vary this much less than in their greatest are rounding errors. */
const NEGLIGIBLE = 1e-5;

/**
 * How badly the best linear read-out of features gives exact values: the root mean square error of the least-squares fit with an intercept,
 * divided by the standard deviation of the values. 0: exactly; 1: no better than a constant.
 *
 * @param features one row a state. @param values one a state.
 * @throws RlGvfError `shape` if their numbers differ, `bad-option` if all values are equal. Cost: O(states · features²).
 */
export function valueError(features: readonly (readonly number[])[], values: readonly number[]): number {
  if (features.length !== values.length || values.length === 0) {
    throw new RlGvfError("shape", `${features.length} rows of features do not fit ${values.length} values.`);
  }
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const middle = mean(values);
  const centred = values.map((value) => value - middle);
  const total = mean(centred.map((value) => value * value));
  if (!(total > 0)) throw new RlGvfError("bad-option", "All values are equal: there is nothing to read out.");
  const middles = features[0]!.map((_, j) => mean(features.map((row) => row[j]!)));
  const rows = features.map((row) => row.map((value, j) => value - middles[j]!));
  // Projections on the left singular vectors: what is explained is the sum of their squares.
  const decomposition = new SingularValueDecomposition(new Matrix(rows), { autoTranspose: true });
  const singular = decomposition.diagonal;
  const left = decomposition.leftSingularVectors;
  let explained = 0;
  for (const [j, size] of singular.entries()) {
    if (size <= NEGLIGIBLE * singular[0]!) continue;
    const along = centred.reduce((sum, value, i) => sum + value * left.get(i, j), 0);
    explained += along * along;
  }
  return Math.sqrt(Math.max(0, 1 - explained / (total * values.length)));
}
