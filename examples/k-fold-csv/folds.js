import { Random } from "@outrigger/core";

/**
 * Deals the rows out: every row is tested in exactly one fold. The rows of the next fold choose the epoch, the others train.
 *
 * @param {{ rows: number, folds: number, seed: number }} options
 */
export function kFold({ rows, folds, seed }) {
  if (!(Number.isInteger(folds) && folds >= 3 && folds <= rows))
    throw new Error(`${folds} folds of ${rows} rows: give a whole number from 3 to the number of rows.`);
  const order = Random.seeded(seed, "folds").permutation(rows);
  const part = (fold) => order.filter((_, i) => i % folds === fold % folds);
  return Array.from({ length: folds }, (_, fold) => {
    const [test, validation] = [part(fold), part(fold + 1)];
    const held = new Set([...test, ...validation]);
    return { train: order.filter((row) => !held.has(row)), validation, test };
  });
}
