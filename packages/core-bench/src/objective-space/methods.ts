import { adamw } from "@outrigger/core/optimize/adamw";
import {
  type AangSearchOptions,
  type AangSearchState,
  aangSearch,
} from "@outrigger/core/procedure/aang-search";
import { tabularSpace } from "@outrigger/core/procedure/objective-space/tabular";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import type { TwoDomains } from "./problem.ts";

export const primary: Task<ColumnBatch> = regression({ name: "main", role: "primary" });
/** Name of the input whose cells are the other domain's. */
export const FOREIGN = "other";

/** How a row searches; "single-task" does not. */
export interface Row {
  readonly describe: string;
  readonly options: Omit<AangSearchOptions, "space">;
  /** Leaves the other domain out. */
  readonly ownDomain?: true;
  /** Held-out labels are shuffled. */
  readonly shuffledLabels?: true;
}

const still = { learningRate: 0, splitLearningRate: 0 };
/**
 * Ten steps at the default of 0.01 cannot fit a head that was drawn at random and reads three units. Logits have the larger step size that the
 * authors searched.
 */
const fitted = { learningRate: 1, headOptimizer: adamw({ learningRate: 0.1, weightDecay: 0.1 }) };

export const rows: Readonly<Record<string, Row>> = {
  uniform: { describe: "Draws cells of the whole space, all alike; learns nothing of them.", options: still },
  aang: { describe: "AANG: Automating Auxiliary Learning (ICLR 2023), defaults.", options: {} },
  "aang-fitted-head": {
    describe: "aang whose temporary head takes steps ten times as large, and its logits too.",
    options: fitted,
  },
  "aang-all-factors": {
    describe:
      "aang-fitted-head whose drawn cells are weighed by the logits of all stages, not the output's alone.",
    options: { ...fitted, shares: "all" },
  },
  "random-labels": {
    describe: "aang-all-factors whose held-out labels are shuffled: what searching without knowledge does.",
    options: { ...fitted, shares: "all" },
    shuffledLabels: true,
  },
  oracle: {
    describe: "Knows the domain: draws the cells of its own alone, all alike.",
    options: still,
    ownDomain: true,
  },
};

/** The procedure of a row, with the space over the tables of one seed. */
export function searchOf(
  { options, ownDomain }: Row,
  { domain, foreign }: TwoDomains,
  more: AangSearchOptions,
): Procedure<AangSearchState> {
  const inputs = { task: "batch" as const, domain, ...(ownDomain ? {} : { [FOREIGN]: foreign }) };
  return aangSearch({ space: tabularSpace({ inputs, primary }), ...options, ...more });
}
