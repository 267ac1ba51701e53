import { OutriggerError } from "../error.ts";
import { bargain } from "./gram/bargain.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface AuxinashOptions {
  /** p, positive, one number a task; scaled to sum to T. Default null: 1 each, which is Nash-MTL's solution. */
  preferences?: readonly number[] | null;
}

/**
 * Nash bargaining with unequal power: α > 0 with Gα = p/α element by element, G_ij = ⟨g_i, g_j⟩, Σ_k p_k = T.
 *
 * This is the inner solution with fixed p; `auxinashLearned` learns p from held-out data. The weights sum to no fixed number. Tasks
 * without a gradient get 0. Cost: T backward passes.
 *
 * Paper: Shamsian, Navon, Glazer, Kawaguchi, Chechik and Fetaya, "Auxiliary Learning as an Asymmetric Bargaining Game", ICML 2023,
 * https://arxiv.org/abs/2301.13501. Difference from the authors' code: solved by Newton's method, without cvxpy.
 *
 * @throws OutriggerError `bad-option` for a preference that is not positive, or a number of them that is not the number of tasks.
 */
export const auxinash = ({ preferences = null }: AuxinashOptions = {}): Weighting<{ p: number[] }> => {
  for (const p of preferences ?? []) {
    if (p > 0 && Number.isFinite(p)) continue;
    throw new OutriggerError("bad-option", `A preference must be positive, not ${p}.`);
  }
  return {
    name: "auxinash",
    paper: {
      title: "Auxiliary Learning as an Asymmetric Bargaining Game",
      venue: "ICML",
      year: 2023,
      url: "https://arxiv.org/abs/2301.13501",
    },
    verified: "reference",
    needs: () => "gram",
    init(tasks) {
      const given = preferences ?? Array.from({ length: tasks }, () => 1);
      if (given.length !== tasks) {
        throw new OutriggerError(
          "bad-option",
          `${given.length} preferences were given for ${tasks} tasks; give one a task.`,
        );
      }
      const total = given.reduce((a, b) => a + b, 0);
      return { p: given.map((p) => (p / total) * tasks) };
    },
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "auxinash"), (gram, tasks) =>
        bargain(
          gram,
          tasks.map((k) => state.p[k]!),
          1,
        ),
      );
      return { weights, state };
    },
  };
};
