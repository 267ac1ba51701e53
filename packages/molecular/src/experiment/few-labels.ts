import type { Column } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import type { Problem } from "./problem.ts";

/** One molecule for validation for every four to train on: somebody with n measurements has no others to select epochs with. */
const VALIDATION_SHARE = 1 / 4;

/** The order in which rows are taken. With one target of classes every beginning has about the classes' shares of the whole. */
function order(columns: readonly Column[], stratified: boolean, rows: readonly number[], random: Random) {
  const shuffled = random.permutation(rows.length).map((i) => rows[i]!);
  if (!stratified) return shuffled;
  const classes = [0, 1].map((label) => shuffled.filter((row) => columns[0]!.values[row] === label));
  return classes
    .flatMap((own) => own.map((row, i) => ({ row, place: (i + 0.5) / own.length })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ row }) => row);
}

/**
 * The problem with `size` training molecules, drawn from its training part, and a quarter as many for validation, drawn from its
 * validation part (all of it where it has no more). The test part stays whole.
 *
 * Subsets are nested: those of a smaller size are the beginning of one order that follows from the seed, so that what more labels are worth is
 * seen on the same molecules. Classes keep their shares to within one molecule where there is one target.
 *
 * @throws OutriggerError `bad-option` for a size above the training part, or below 8
 */
export function fewLabels(problem: Problem, size: number, seed: number): Problem {
  const { targets, split } = problem;
  if (!Number.isInteger(size) || size < 8 || size > split.train.length) {
    const said = `${size} training molecules were asked for; give a whole number from 8 to ${split.train.length}, the size of the training part.`;
    throw new OutriggerError("bad-option", said, { size, most: split.train.length });
  }
  const columns = Object.values(targets.columns);
  const stratified = targets.kind === "classification" && columns.length === 1;
  const first = (part: "train" | "validation", count: number): number[] =>
    order(columns, stratified, split[part], Random.seeded(seed, `few-labels/${part}`))
      .slice(0, count)
      .toSorted((a, b) => a - b);
  return {
    ...problem,
    split: {
      train: first("train", size),
      validation: first("validation", Math.ceil(size * VALIDATION_SHARE)),
      test: split.test,
    },
  };
}
