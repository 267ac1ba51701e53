import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type MaxlOptions, maxl } from "@outrigger/core/procedure/maxl";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import type { Method } from "@outrigger/core/train/method";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uniform } from "@outrigger/core/weighting/uniform";
import { labelGenerator } from "./model.ts";
import { subclasses, type Teacher, tasks } from "./problem.ts";

/** One row of the table. */
export interface Row {
  readonly describe: string;
  readonly kind: "baseline" | "rule" | "control";
  /** Where the auxiliary's labels come from; "none" where a generator makes them, or nobody. */
  readonly teacher: Teacher;
  readonly method: () => Method;
  /** MAXL, whose labels can be looked at. */
  readonly generates?: true;
}

/**
 * MAXL where it differs from its defaults: cross-entropy in place of the focal loss, so that every row has the same losses and differs in labels
 * alone; Adam for the generator, since 300 steps of the authors' SGD leave it where it was drawn.
 */
const taught = (options: MaxlOptions = {}): Procedure<null> =>
  maxl({
    task: tasks.auxiliary,
    generator: labelGenerator(),
    subclasses,
    gamma: 0,
    optimizer: adam({ learningRate: 0.001 }),
    ...options,
  });

const generated = (describe: string, options: MaxlOptions = {}, kind: Row["kind"] = "rule"): Row => ({
  describe,
  kind,
  teacher: "none",
  method: () => taught(options),
  generates: true,
});

/** The rows of `core/maxl-digits`. */
export const rows: Readonly<Record<string, Row>> = {
  "single-task": {
    describe: "The class of five alone.",
    kind: "baseline",
    teacher: "digits",
    method: singleTask,
  },
  "human-labels": {
    describe: "The digits themselves are the auxiliary's labels: what MAXL has to find without them.",
    kind: "control",
    teacher: "digits",
    method: uniform,
  },
  "random-labels": {
    describe: "One of the class's two sub-classes at random, the same all through training.",
    kind: "control",
    teacher: "random",
    method: uniform,
  },
  "untrained-generator": generated(
    "MAXL whose generator stays as it was drawn.",
    { optimizer: sgd({ learningRate: 0 }) },
    "control",
  ),
  maxl: generated("Labels by a generator, exact hypergradient."),
  "maxl-first-order": generated("The same by differences.", { derivative: "differences" }),
  "maxl-no-entropy": generated("Exact, without the term that spreads the labels (λ = 0).", { entropy: 0 }),
};
