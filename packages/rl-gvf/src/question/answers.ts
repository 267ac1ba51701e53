import { RlGvfError } from "../error.ts";
import {
  checkProcess,
  discountedSums,
  type MarkovDecisionProcess,
  type Policy,
  underPolicy,
  uniformPolicy,
} from "./chain.ts";
import { EVERY_ACTION, NO_ACTION, type QuestionNetwork } from "./network.ts";

/**
 * The exact answers to a question network in every state of a small process, as [s][i].
 *
 * With X_a[s, f] = E[x_f | s, a], P_a the continuing transitions, and X_π, P_π their averages under the policy:
 * - a discounted sum of feature f: y = (I - γ P_π)⁻¹ X_π[:, f];
 * - a question about action a with parent p: y = X_a[:, f] + P_a y_p; without a parent y = X_a[:, f];
 * - one that is learnt at every step: the same with X_π and P_π.
 * These are the fixed points of the one-step targets of `tdTargets`. Unused slots are 0.
 *
 * @param features X as [a][s][f], `expectedFeatures`.
 * @throws RlGvfError `bad-option` if the tables do not fit or are no probabilities, or if a parent other than the prediction itself
 * comes after it. Cost: O(S³) a discount and O(P S²), float64.
 */
export function answerQuestions(
  network: QuestionNetwork,
  {
    process,
    features,
    policy = uniformPolicy(process),
  }: {
    readonly process: MarkovDecisionProcess;
    readonly features: readonly (readonly (readonly number[])[])[];
    readonly policy?: Policy;
  },
): number[][] {
  checkProcess(process, policy);
  const { continuing } = process;
  const states = policy.length;
  checkFeatures(network, features, continuing.length, states);
  const averageTransitions = underPolicy(continuing, policy);
  const averageFeatures = underPolicy(features, policy);
  const sums = new Map<number, number[][]>();
  const sumsFor = (discount: number): number[][] => {
    const known = sums.get(discount) ?? discountedSums(averageTransitions, discount, averageFeatures);
    sums.set(discount, known);
    return known;
  };
  const answers: number[][] = [];
  for (const [i, feature] of network.feature.entries()) {
    const condition = network.action[i]!;
    const parent = network.parent[i]!;
    const discount = network.discount[i]!;
    if (condition === NO_ACTION) answers.push(averageFeatures.map(() => 0));
    else if (parent === i) answers.push(sumsFor(discount).map((row) => row[feature]!));
    else {
      const every = condition === EVERY_ACTION;
      const now = (every ? averageFeatures : features[condition]!).map((row) => row[feature]!);
      const then = parent < 0 ? undefined : after(answers, parent, i);
      const transitions = every ? averageTransitions : continuing[condition]!;
      answers.push(then === undefined ? now : plusExpected(now, discount, transitions, then));
    }
  }
  return averageFeatures.map((_, s) => answers.map((answer) => answer[s]!));
}

/** now + discount · transitions · then. */
const plusExpected = (
  now: readonly number[],
  discount: number,
  transitions: readonly (readonly number[])[],
  then: readonly number[],
): number[] =>
  now.map(
    (value, s) => value + discount * transitions[s]!.reduce((sum, p, next) => sum + p * then[next]!, 0),
  );

function after(answers: readonly number[][], parent: number, i: number): number[] {
  const answer = answers[parent];
  if (answer !== undefined) return answer;
  throw new RlGvfError(
    "bad-option",
    `Prediction ${i} depends on ${parent}, which comes after it: order parents first.`,
  );
}

function checkFeatures(
  network: QuestionNetwork,
  features: readonly (readonly (readonly number[])[])[],
  actions: number,
  states: number,
): void {
  const fits =
    network.actions === actions &&
    features.length === actions &&
    features.every(
      (table) => table.length === states && table.every((row) => row.length === network.features),
    );
  if (fits) return;
  throw new RlGvfError(
    "bad-option",
    `The questions are about ${network.actions} actions and ${network.features} features; the process has ${actions} actions and ` +
      `${states} states, and its features must be given as [action][state][feature].`,
  );
}
