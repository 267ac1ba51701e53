import { softmax } from "../../solve/algebra.ts";
import { type FactoredLogits, objectiveLogits, splitShares } from "../../weighting/gram/factored-logits.ts";
import { type Cell, cellName, type Stage, stages } from "./space.ts";

/** What logits say, for people. */
export interface Probabilities {
  /** Of the primary and of all cells together. */
  readonly primary: number;
  readonly auxiliary: number;
  /** Of each cell by its name, and of each value of each stage: the sum over its cells. Both sum to 1. */
  readonly cells: Readonly<Record<string, number>>;
  readonly stages: Readonly<Record<Stage, Readonly<Record<string, number>>>>;
}

/** A cell's values in the order of the stages, under which its logits are found. */
export const valuesOf = (cell: Cell): string[] => stages.map((stage) => cell[stage]);

/** The table of a space under given logits: softmax of the factored logits over its legal cells. */
export function probabilitiesOf(logits: FactoredLogits, cells: readonly Cell[]): Probabilities {
  const shares = softmax(objectiveLogits(logits, cells.map(valuesOf)));
  const marginal = (stage: Stage): Record<string, number> => {
    const mass: Record<string, number> = {};
    for (const [c, cell] of cells.entries()) mass[cell[stage]] = (mass[cell[stage]] ?? 0) + shares[c]!;
    return mass;
  };
  const [primary, auxiliary] = splitShares(logits);
  return {
    primary,
    auxiliary,
    cells: Object.fromEntries(cells.map((cell, c) => [cellName(cell), shares[c]!])),
    stages: Object.fromEntries(stages.map((stage) => [stage, marginal(stage)])) as Probabilities["stages"],
  };
}
