import type { Weighting } from "./weighting.ts";

/**
 * Trains the primary task alone: weight 1 for the primary, 0 for every auxiliary. The baseline that every other rule is compared with.
 *
 * Cost: one backward pass.
 */
export const singleTask = (): Weighting<{ tasks: number }> => ({
  name: "single-task",
  paper: null,
  verified: "definition",
  atRepresentation: true,
  needs: () => "nothing",
  init: (tasks) => ({ tasks }),
  weigh: ({ primary }, state) => ({
    weights: Array.from({ length: state.tasks }, (_, k) => (k === primary ? 1 : 0)),
    state,
  }),
});
