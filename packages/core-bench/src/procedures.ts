import { adam } from "@outrigger/core/optimize/adam";
import { alphaVil } from "@outrigger/core/procedure/alpha-vil";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { type AuxilearnOptions, auxilearn } from "@outrigger/core/procedure/auxilearn";
import { auxinashImplicit } from "@outrigger/core/procedure/auxinash-implicit";
import { forkmerge } from "@outrigger/core/procedure/forkmerge";
import { metaTartanFreshHead } from "@outrigger/core/procedure/meta-tartan-fresh-head";
import { arml } from "@outrigger/core/weighting/arml";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Row } from "./low-data/trial.ts";
import { rules } from "./rules.ts";

/** What a row shows, and how it is made. */
export interface DescribedRow {
  readonly describe: string;
  readonly row: () => Row;
}

const of = (method: () => Row["method"], describe: string): DescribedRow => ({
  describe,
  row: () => ({ method: method() }),
});

/** The authors' schedule is made for far more than 600 steps: its 24 moves leave uniform weights as they are to four digits. */
const swift = (): AuxilearnOptions => ({
  inverse: "neumann",
  interval: 10,
  optimizer: adam({ learningRate: 0.01 }),
});

/**
 * The rows of `core/low-data-procedures`: every procedure of core that learns from held-out data, each with its defaults, and what they are
 * measured by. One that is missing here and in {@link elsewhere} fails `test/procedures.test.ts`.
 */
export const procedures: Readonly<Record<string, DescribedRow>> = {
  uniform: of(uniform, "All tasks weigh alike."),
  "single-task": of(singleTask, "The primary alone."),
  oracle: of(rules["oracle"]!, "Knows which auxiliary helps and uses that one alone; no method."),
  "random-labels": {
    describe:
      "All tasks weigh alike, and the auxiliaries' labels are in random order: nothing to learn from.",
    row: () => ({ method: uniform(), shuffled: true }),
  },
  arml: of(arml, "A rule of core/low-data that needs no held-out data."),
  "arml-exact": of(() => arml({ solver: "exact" }), "The same, solved on every step."),
  "meta-tartan": of(metaTartan, "The rule: cosines with the held-out gradient under the run's own head."),
  "meta-tartan-fresh-head": of(
    metaTartanFreshHead,
    "As published: under a head that is fitted on every step.",
  ),
  "auto-lambda": of(autoLambda, "Weights go down the held-out loss after a look ahead."),
  "auto-lambda-training-split": {
    describe: "The same with the training batch in place of held-out data.",
    row: () => ({ method: autoLambda(), dev: "train" }),
  },
  forkmerge: of(forkmerge, "Four branches, merged every 100 steps."),
  "alpha-vil": of(alphaVil, "Deltas of 50 steps a task, combined by gradient."),
  "auxinash-implicit": of(
    auxinashImplicit,
    "Nash bargaining, its powers learned by implicit differentiation.",
  ),
  "auxilearn-linear": of(
    () => auxilearn(swift()),
    "Linear combiner by implicit differentiation, three Neumann terms, moved by Auto-λ's optimiser.",
  ),
  "auxilearn-monotone": of(
    () => auxilearn({ combiner: [10, 10], ...swift() }),
    "The same with a monotone network of two hidden layers of ten.",
  ),
};

/** Procedures that this problem has nothing for, and the benchmark that has. */
export const elsewhere: Readonly<Record<string, string>> = {
  "aang (search)": "core/objective-space",
  "aux-ts": "core/corrupted-labels",
  "dtg-auxl": "core/generated-data",
  "head-first": "core/head-first",
  maxl: "core/maxl-digits",
  taml: "core/corrupted-labels",
};
