import type { Column } from "@outrigger/core/data/column";
import type { Split } from "../data/split.ts";
import { splitMolecules } from "../feature/featurize.ts";

/** Molecules with one label to predict, and how they are divided. */
export interface Problem {
  /** Name of the primary task. */
  readonly target: string;
  readonly smiles: readonly string[];
  /** One label a molecule, in the units people read. */
  readonly labels: Column;
  readonly split: Split;
  readonly datasets: readonly { readonly name: string; readonly sha256: string }[];
}

/**
 * Reduces a problem to its first `count` molecules, by scaffold again; 0 keeps all.
 *
 * For the smoke tier: its numbers say that the code runs, and nothing else.
 */
export async function reduced(problem: Problem, count: number): Promise<Problem> {
  if (count === 0 || count >= problem.smiles.length) return problem;
  const smiles = problem.smiles.slice(0, count);
  const { name, values, mask } = problem.labels;
  return {
    ...problem,
    smiles,
    labels: { name, values: values.slice(0, count), mask: mask.slice(0, count) },
    split: await splitMolecules(smiles, { variant: "ogb" }),
  };
}
