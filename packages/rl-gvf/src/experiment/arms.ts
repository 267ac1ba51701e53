import type { MakeAuxiliary } from "../agent/auxiliary.ts";
import { questions } from "../agent/questions.ts";
import { discountedSums } from "../baseline/discounted-sums.ts";
import { multiHorizonValues } from "../baseline/multi-horizon-values.ts";
import { pixelControl } from "../baseline/pixel-control.ts";
import type { RandomFeatureOptions } from "../question/random-features.ts";

/** One row of a comparison: what is learnt besides policy and value. */
export interface ExperimentArm {
  readonly kind: "baseline" | "rule" | "control";
  readonly describe: string;
  /** Policy and value do not train the features. */
  readonly stopGradient?: true;
  readonly auxiliaries: (features: RandomFeatureOptions) => readonly MakeAuxiliary[];
}

/** The rows of the comparisons of agents, by name. */
export const experimentArms: Readonly<Record<string, ExperimentArm>> = {
  a2c: {
    kind: "baseline",
    describe: "the actor-critic alone",
    auxiliaries: () => [],
  },
  "random GVFs": {
    kind: "rule",
    describe: "random questions, depth 8, repeat 16, conditioned on actions (Zheng et al. 2021)",
    auxiliaries: (features) => [questions({ features })],
  },
  "discounted sums": {
    kind: "rule",
    describe: "the same random features, their discounted sums under the policy only",
    auxiliaries: (features) => [discountedSums({ features })],
  },
  "multi-horizon values": {
    kind: "rule",
    describe: "values for ten discounts (Fedus et al. 2019; number and spacing ours)",
    auxiliaries: () => [multiHorizonValues()],
  },
  "pixel control": {
    kind: "rule",
    describe: "action values of changing the picture, cell by cell (Jaderberg et al. 2017)",
    auxiliaries: () => [pixelControl()],
  },
  "random GVFs, stop-gradient": {
    kind: "rule",
    describe: "the features learn from the questions alone",
    stopGradient: true,
    auxiliaries: (features) => [questions({ features })],
  },
  "random torso": {
    kind: "control",
    describe: "the features stay as they were drawn: what the stop-gradient row must beat",
    stopGradient: true,
    auxiliaries: () => [],
  },
};
