import type { Column } from "@outrigger/core/data/column";
import {
  type DescriptorChoice,
  descriptorColumns,
  selectDescriptors,
} from "../auxiliary/descriptor-tasks.ts";
import { descriptors } from "../feature/featurize.ts";
import type { Problem } from "./problem.ts";

/** Which descriptors: none, the chosen five, five random others, or all that vary. */
export type Descriptors = "none" | DescriptorChoice;

/** Descriptors of a trial, standardised on the training molecules, by name. */
export async function chosenColumns(
  { smiles, split }: Problem,
  choice: Descriptors,
  seed: number,
): Promise<Record<string, Column>> {
  if (choice === "none") return {};
  const rows = await descriptors(smiles);
  return descriptorColumns(rows, selectDescriptors(choice, rows, split.train, seed), split.train);
}
