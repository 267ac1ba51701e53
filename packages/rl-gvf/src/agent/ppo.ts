import { adam, array, compile, gradients, type NDArray, Random, type Tree } from "@outrigger/core";
import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { RlGvfError } from "../error.ts";
import { generalisedAdvantages } from "./advantages.ts";
import {
  type Algorithm,
  type AlgorithmSetting,
  type Learner,
  type LearnerBatch,
  sightOf,
} from "./learner.ts";
import { type Columns, type Minibatch, minibatcher } from "./minibatches.ts";
import type { Sight } from "./network.ts";
import { type Moving, phases } from "./phases.ts";
import { clippedLoss, clippedParts } from "./ppo-loss.ts";

export interface PpoOptions {
  /** T: steps of every environment a rollout, unless `createAgent` is told otherwise. Default 128. */
  readonly steps?: number;
  /** Passes over a rollout. Default 4. */
  readonly epochs?: number;
  /** Gradient steps a pass. They must divide the rows of a rollout or, with a memory, the environments. Default 4. */
  readonly minibatches?: number;
  /** λ of the advantages. Default 0.95. */
  readonly lambda?: number;
  /** ε. Default 0.2. */
  readonly clip?: number;
  /** ε_v: how far a value may move from that of the rollout. Default: as far as it likes. */
  readonly valueClip?: number;
  /** Advantages of a minibatch get mean 0 and standard deviation 1. Default true. */
  readonly normaliseAdvantages?: boolean;
  /** η of Adam with ε = 1e-5, unless `createAgent` is given a `controlOptimizer`. Default 2.5e-4. */
  readonly learningRate?: number;
  /** Agent steps over which η falls linearly to 0, rollout by rollout. Default: it stays. */
  readonly anneal?: number;
}

/**
 * Proximal policy optimisation, as the `algorithm` of `createAgent`: generalised advantages and old probabilities from one look at the
 * rollout before it is learnt from, then several epochs of shuffled minibatches of `clippedLoss`, gradients cut to a norm of 0.5.
 * Auxiliaries are defined on whole rollouts in order: they learn by the other optimiser, one step over the whole rollout after every epoch,
 * so that those with a replay draw once a rollout. With one epoch, one minibatch, λ = 1 and advantages as they are it is A2C.
 *
 * Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal Policy Optimization Algorithms", 2017, https://arxiv.org/abs/1707.06347; what the
 * paper does not say after Huang, Dossa, Raffin, Kanervisto and Wang, "The 37 Implementation Details of Proximal Policy Optimization", ICLR Blog
 * Track 2022, https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/: minibatches of whole environments with a memory,
 * Adam's ε, annealing. Not taken over: orthogonal initial weights; the deviation of advantages is the population's.
 *
 * Cost an update: one native call over the rollout, epochs · minibatches calls over parts of it, and one an epoch for the auxiliaries.
 *
 * @throws RlGvfError `bad-option` for a number out of its range; from `createAgent` if minibatches do not divide the rollout.
 */
export function ppo(options: PpoOptions = {}): Algorithm {
  const { steps = 128, epochs = 4, minibatches = 4, lambda = 0.95, clip = 0.2, valueClip } = options;
  const { normaliseAdvantages = true, learningRate = 2.5e-4, anneal } = options;
  check("epochs", epochs, Number.isInteger(epochs) && epochs > 0, "a positive whole number");
  check(
    "minibatches",
    minibatches,
    Number.isInteger(minibatches) && minibatches > 0,
    "a positive whole number",
  );
  check("lambda", lambda, lambda >= 0 && lambda <= 1, "from 0 to 1");
  check("clip", clip, clip > 0 && clip < 1, "between 0 and 1");
  check("valueClip", valueClip ?? 1, (valueClip ?? 1) > 0, "positive");
  check("learningRate", learningRate, learningRate >= 0, "not negative");
  check("anneal", anneal ?? 1, (anneal ?? 1) > 0, "positive");

  return {
    steps,
    learner(setting) {
      const rows = setting.steps * setting.count;
      const whole = setting.network.memory > 0 ? setting.count : rows;
      const said = setting.network.memory > 0 ? "environments" : "rows of a rollout";
      check("minibatches", minibatches, whole % minibatches === 0, `a divisor of the ${whole} ${said}`);
      const rate = (t: number): number => {
        if (anneal === undefined) return learningRate;
        const rollouts = Math.floor((t - 1) / (epochs * minibatches));
        return learningRate * Math.max(0, 1 - (rollouts * rows) / anneal);
      };
      const controlOptimizer = setting.controlOptimizer ?? adam({ learningRate: rate, epsilon: 1e-5 });
      return ppoLearner(
        { ...setting, controlOptimizer },
        { epochs, minibatches, lambda, clip, valueClip, normaliseAdvantages },
      );
    },
  };
}

type Settled = Required<
  Pick<PpoOptions, "epochs" | "minibatches" | "lambda" | "clip" | "normaliseAdvantages">
> & {
  readonly valueClip: number | undefined;
};

function ppoLearner(
  setting: AlgorithmSetting & Required<Pick<AlgorithmSetting, "controlOptimizer">>,
  { epochs, minibatches, lambda, normaliseAdvantages, ...clips }: Settled,
): Learner {
  const { network, control, steps, count, seed } = setting;
  const learnt = steps * count;
  const both = phases(setting);
  const shuffle = Random.seeded(seed, "agent/shuffle");
  const drawn = minibatcher({
    steps,
    count,
    minibatches,
    sequences: network.memory > 0,
    normaliseAdvantages,
  });

  const judge = compile(
    ((trunk: Tree<Tensor>, head: Tree<Tensor>, { sight, taken }: LearnerBatch<Tensor>) => {
      const { logits, values } = network.control(head, network.represent(trunk, sight as Sight));
      const all = tf.logSoftmax(tf.slice(logits, [0, 0], taken.shape as [number, number]) as never);
      return { log: tf.sum(tf.mul(all, taken), 1), values };
    }) as never,
    setting.compile,
  );
  const old = { log: array(new Float32Array(learnt)), values: array(new Float32Array(learnt + count)) };
  const column = (): Float32Array => new Float32Array(learnt);
  const advantages = column();
  const targets = column();
  const values = old.values.data as Float32Array;

  const step = compile(
    ((moving: Moving<Tensor>, still: Tree<Tensor>, batch: LearnerBatch<Tensor>, mini: Minibatch<Tensor>) => {
      const features = network.represent(moving.trunk ?? still, partOf(sightOf(batch), mini));
      const seen = { ...mini, taken: tf.gather(batch.taken, mini.rows as Tensor1D) };
      const { rows, parts } = clippedLoss(network.control(moving.head, features), seen, control, clips);
      return { parts, gradient: gradients([tf.mean<Scalar>(rows)], moving as unknown as Tree<Tensor>)[0]! };
    }) as never,
    setting.compile,
  );
  const parts = array(new Float32Array(clippedParts.length));

  return {
    trunk: both.trunk,
    control: both.control,
    async update(batch, rollout) {
      const { sight, taken } = batch;
      const seen = { sight, taken } as unknown as Tree<NDArray>;
      await judge.into(old, both.trunk, both.control, seen);
      generalisedAdvantages(rollout, values, { discount: control.discount ?? 0.99, lambda }, advantages);
      for (let n = 0; n < learnt; n++) targets[n] = advantages[n]! + values[n]!;
      const columns: Columns = {
        alive: batch.alive.data as Float32Array,
        advantages,
        targets,
        log: old.log.data as Float32Array,
        values,
      };
      const sums = clippedParts.map(() => 0);
      let helped: Record<string, number> = {};
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const mini of drawn(shuffle, columns)) {
          const out = { parts, gradient: both.gradient };
          await step.into(out, both.moving, both.still, seen, mini as unknown as Tree<NDArray>);
          both.advance(clippedParts, parts);
          for (const [i, part] of parts.data.entries()) sums[i]! += part / (epochs * minibatches);
        }
        helped = await both.learnAuxiliaries(batch);
      }
      return { ...Object.fromEntries(clippedParts.map((name, i) => [name, sums[i]!])), ...helped };
    },
    save() {
      const { arrays, state } = both.save();
      return { arrays, state: { phases: state, shuffle: shuffle.state } };
    },
    load({ arrays, state }) {
      const saved = state as { phases: unknown; shuffle: number[] };
      both.load({ arrays, state: saved.phases });
      shuffle.state = saved.shuffle;
    },
    async dispose() {
      await judge.dispose();
      await step.dispose();
      await both.dispose();
    },
  };
}

/** What the network sees of the rows of a minibatch. */
function partOf(
  { observations, recurrent }: Sight,
  { rows, environments: [chosen] }: Minibatch<Tensor>,
): Sight {
  const part = (of: Tensor): Tensor => tf.gather(of, rows as Tensor1D);
  if (recurrent === undefined || chosen === undefined) return { observations: part(observations) };
  return {
    observations: part(observations),
    recurrent: {
      previous: part(recurrent.previous),
      starts: part(recurrent.starts),
      state: tf.gather(recurrent.state, chosen as Tensor1D),
    },
  };
}

function check(name: string, value: number, holds: boolean, wanted: string): void {
  if (!holds)
    throw new RlGvfError("bad-option", `PPO's ${name} must be ${wanted}, not ${value}.`, { [name]: value });
}
