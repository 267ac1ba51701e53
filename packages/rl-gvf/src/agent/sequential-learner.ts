import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import {
  type Algorithm,
  controlRows,
  type Learner,
  type LearnerBatch,
  type LearnerOptions,
  sightOf,
} from "./learner.ts";
import { innerRmsprop } from "./optimizers.ts";
import { type Moving, type PhaseOptions, phases } from "./phases.ts";

/**
 * Two gradient steps a rollout, in sequence: first policy and value, then the sum of the auxiliary losses with the parameters that the
 * first step left.
 *
 * Cost: two native calls (one without auxiliaries) and one pass over the parameters each.
 */
export function sequentialLearner(options: LearnerOptions & PhaseOptions): Learner {
  const { network } = options;
  const both = phases(options);
  const names = ["policy", "value", "entropy"];
  const controlStep = compile(
    ((moving: Moving<Tensor>, still: Tree<Tensor>, batch: LearnerBatch<Tensor>) => {
      const features = network.represent(moving.trunk ?? still, sightOf(batch));
      const { rows, parts } = controlRows(options, moving.head, features, batch);
      return { parts, gradient: gradients([tf.mean<Scalar>(rows)], moving as unknown as Tree<Tensor>)[0]! };
    }) as never,
    options.compile,
  );
  const parts = array(new Float32Array(names.length));
  return {
    trunk: both.trunk,
    control: both.control,
    async update(batch) {
      const { sight, taken, alive, returns } = batch;
      const seen = { sight, taken, alive, returns } as unknown as Tree<NDArray>;
      await controlStep.into({ parts, gradient: both.gradient }, both.moving, both.still, seen);
      both.advance(names, parts);
      const named = names.map((name, i) => [name, parts.data[i]!] as const);
      return { ...Object.fromEntries(named), ...(await both.learnAuxiliaries(batch)) };
    },
    save: () => both.save(),
    load: (saved) => both.load(saved),
    async dispose() {
      await controlStep.dispose();
      await both.dispose();
    },
  };
}

/** The agent of Zheng et al. (`createAgent`): rollouts of 20 steps, one step of policy and value and one of the auxiliaries. */
export const a2c: Algorithm = {
  steps: 20,
  learner: ({ controlOptimizer = innerRmsprop({ learningRate: 7e-4 }), ...setting }) =>
    sequentialLearner({ ...setting, controlOptimizer }),
};
