import type { RandomSource } from "../environment.ts";
import { RlGvfError } from "../error.ts";

/** The `action` of a prediction that is learnt at every step. */
export const EVERY_ACTION = -1;
/** The `action` of an unused slot, which is never learnt. */
export const NO_ACTION = -2;

/**
 * Questions about random features x of the coming transitions. Prediction i of state s_t, after action a_t, has the target
 *
 *     target_i = x_{t+1}[feature_i] + discount_i · m_{t+1} · ŷ_{t+1}[parent_i],
 *
 * m = 0 after the end of an episode, without the second term where parent_i is -1. Plain JSON; all lists are by prediction.
 */
export interface QuestionNetwork {
  /** F: how many features. */
  readonly features: number;
  /** |A|: how many actions. */
  readonly actions: number;
  /** The feature that is added; -1 in an unused slot. */
  readonly feature: readonly number[];
  /** The prediction that is bootstrapped from, i itself for a discounted sum; or -1. */
  readonly parent: readonly number[];
  readonly discount: readonly number[];
  /** The action under which it is learnt: an index, `EVERY_ACTION`, or `NO_ACTION`. */
  readonly action: readonly number[];
  /** 0 for discounted sums; else how many actions the question is conditioned on. */
  readonly depth: readonly number[];
}

export interface QuestionOptions {
  /** F. */
  readonly features: number;
  /** |A|. */
  readonly actions: number;
  /** Γ, default [0.95] as in the paper's code. */
  readonly discounts?: readonly number[];
  /** D, default 8 as in the paper's code. */
  readonly depth?: number;
  /** R: questions a level and action, default 16 as in the paper's code. */
  readonly repeat?: number;
  /** With false the same questions are asked about the policy's actions in place of fixed ones, and are always learnt. Default true. */
  readonly conditional?: boolean;
  /** Keep the slots that the paper's code allocates but cannot fill when F (1 + |Γ|) < R, as outputs that are never learnt. Default false. */
  readonly keepUnused?: boolean;
}

/** The generator's random choices; `seededChoices` draws them, tests hand in recorded ones. */
export interface QuestionChoices {
  /** `count` different ones of the candidates, which are nodes: features 0 … F-1, then predictions F, F+1, … */
  parents(candidates: readonly number[], count: number): readonly number[];
  /** A feature, 0 … F-1. */
  feature(features: number): number;
}

/** Uniform choices from a random stream. */
export const seededChoices = (random: RandomSource): QuestionChoices => ({
  parents(candidates, count) {
    // The first steps of a Fisher and Yates shuffle.
    const order = [...candidates];
    for (let i = 0; i < count; i++) {
      const j = i + random.integer(order.length - i);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order.slice(0, count);
  },
  feature: (features) => random.integer(features),
});

/**
 * A random question network. Level 0: for every feature f and discount γ the discounted sum of f under the policy,
 * target x[f] + γ ŷ[itself]. Levels d = 1 … D: for every action a, R different parents from level d - 1 (level 0 holds the features
 * too); for a parent prediction p and a random feature f, "x[f] now and p from then on, if I take a"; for a parent feature p, "x[p]
 * now, if I take a". So a question of level d follows d fixed actions and then the policy.
 *
 * P = F|Γ| + D R |A| predictions; fewer where a level has less than R candidates (`keepUnused`). O(P).
 *
 * Zheng, Veeriah, Vuorio, Lewis and Singh, "Learning State Representations from Random Deep Action-conditional Predictions",
 * NeurIPS 2021, https://arxiv.org/abs/2102.04897; generator and defaults as in the authors' code (Hwhitetooth/random_gvfs).
 *
 * @throws RlGvfError `bad-option` unless features and actions are positive and depth and repeat are non-negative whole numbers and the
 * discounts are in [0, 1).
 */
export function questionNetwork(options: QuestionOptions, choices: QuestionChoices): QuestionNetwork {
  const { features, actions, discounts = [0.95], depth = 8, repeat = 16 } = options;
  const { conditional = true, keepUnused = false } = options;
  check(features, actions, discounts, depth, repeat);
  const network = {
    features,
    actions,
    feature: [] as number[],
    parent: [] as number[],
    discount: [] as number[],
    action: [] as number[],
    depth: [] as number[],
  };
  const add = (feature: number, parent: number, discount: number, action: number, level: number): number => {
    network.parent.push(parent);
    network.discount.push(discount);
    network.action.push(action);
    network.depth.push(level);
    return features + network.feature.push(feature) - 1;
  };

  let candidates: number[] = [];
  for (let feature = 0; feature < features; feature++) {
    candidates.push(feature);
    for (const discount of discounts) {
      candidates.push(add(feature, network.feature.length, discount, EVERY_ACTION, 0));
    }
  }
  for (let level = 1; level <= depth; level++) {
    const made: number[] = [];
    for (let action = 0; action < actions; action++) {
      const condition = conditional ? action : EVERY_ACTION;
      for (const node of choices.parents(candidates, Math.min(repeat, candidates.length))) {
        made.push(
          node < features
            ? add(node, -1, 0, condition, level)
            : add(choices.feature(features), node - features, 1, condition, level),
        );
      }
    }
    candidates = made;
  }
  const allocated = features * discounts.length + depth * repeat * actions;
  if (keepUnused) {
    while (network.feature.length < allocated) add(-1, -1, 0, NO_ACTION, 0);
  }
  return network;
}

function check(
  features: number,
  actions: number,
  discounts: readonly number[],
  depth: number,
  repeat: number,
): void {
  const whole = { features, actions, depth, repeat };
  for (const [name, value] of Object.entries(whole)) {
    const least = name === "features" || name === "actions" ? 1 : 0;
    if (Number.isInteger(value) && value >= least) continue;
    throw new RlGvfError("bad-option", `${name} is a whole number, at least ${least}, not ${value}.`, whole);
  }
  const wrong = discounts.find((discount) => !(discount >= 0 && discount < 1));
  if (wrong === undefined) return;
  throw new RlGvfError("bad-option", `A discount is at least 0 and below 1, not ${wrong}.`, { discounts });
}
