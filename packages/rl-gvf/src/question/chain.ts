import { LuDecomposition, Matrix } from "ml-matrix";
import { RlGvfError } from "../error.ts";

type Table = readonly (readonly number[])[];

/** A small Markov decision process as tables; [a][s][s'] is the action, the state before and the state after. */
export interface MarkovDecisionProcess {
  /** Probabilities of transitions after which the episode goes on. */
  readonly continuing: readonly Table[];
  /** Probabilities of transitions that end it. Default: none. A state in which both are all 0 is one where nothing follows. */
  readonly ending?: readonly Table[];
  /** Expected rewards, [a][s]. Default: 0. */
  readonly rewards?: Table;
}

/** Action probabilities, [s][a]. */
export type Policy = Table;

/** All actions equally likely in all states. */
export const uniformPolicy = ({ continuing }: MarkovDecisionProcess): Policy =>
  (continuing[0] ?? []).map(() => continuing.map(() => 1 / continuing.length));

/**
 * E[x_{t+1} | s, a] of features of transitions, as [a][s][f] = Σ_s' P(s' | s, a) x_f(s, s'), transitions that end the episode
 * included.
 *
 * @param feature the F features of a transition from s to s'.
 * @throws RlGvfError `bad-option` if the tables do not fit or are no probabilities. O(|A| S² F).
 */
export function expectedFeatures(
  process: MarkovDecisionProcess,
  feature: (s: number, next: number) => readonly number[],
): number[][][] {
  checkProcess(process);
  const { continuing, ending } = process;
  const states = continuing[0]!.length;
  const count = feature(0, 0).length;
  return continuing.map((rows, a) =>
    rows.map((row, s) => {
      const sum = Array.from({ length: count }, () => 0);
      for (let next = 0; next < states; next++) {
        const probability = row[next]! + (ending?.[a]?.[s]?.[next] ?? 0);
        if (probability === 0) continue;
        for (const [f, value] of feature(s, next).entries()) sum[f]! += probability * value;
      }
      return sum;
    }),
  );
}

/**
 * The value of every state under a policy: v = (I - γ P_π)⁻¹ r_π, P_π the continuing transitions under the policy.
 *
 * @throws RlGvfError `bad-option` if the tables do not fit or are no probabilities; `singular` if γ = 1 and the episode need not end.
 * Cost: O(S³), float64.
 */
export function stateValues(
  process: MarkovDecisionProcess,
  { policy = uniformPolicy(process), discount }: { readonly policy?: Policy; readonly discount: number },
): number[] {
  checkProcess(process, policy);
  const { continuing, rewards } = process;
  const reward = policy.map((row, s) => [row.reduce((sum, p, a) => sum + p * (rewards?.[a]?.[s] ?? 0), 0)]);
  return discountedSums(underPolicy(continuing, policy), discount, reward).map(([value]) => value!);
}

/** Σ_a π(a|s) table_a[s], for tables of rows. */
export function underPolicy(tables: readonly Table[], policy: Policy): number[][] {
  return policy.map((row, s) =>
    tables[0]![s]!.map((_, j) =>
      row.reduce((sum, probability, a) => sum + probability * tables[a]![s]![j]!, 0),
    ),
  );
}

/** The solution y of y = x + γ P y, for every column of x. */
export function discountedSums(transitions: Table, discount: number, x: Table): number[][] {
  const states = transitions.length;
  const system = Matrix.eye(states).sub(new Matrix(transitions.map((row) => [...row])).mul(discount));
  const decomposition = new LuDecomposition(system);
  if (decomposition.isSingular()) {
    throw new RlGvfError(
      "singular",
      `With discount ${discount} the sums do not converge: episodes that need not end want a discount below 1.`,
      { discount },
    );
  }
  return decomposition.solve(new Matrix(x.map((row) => [...row]))).to2DArray();
}

/** @throws RlGvfError `bad-option` unless shapes fit, rows of probabilities sum to 1 (or 0: nothing follows) and the policy's to 1. */
export function checkProcess({ continuing, ending, rewards }: MarkovDecisionProcess, policy?: Policy): void {
  const states = continuing[0]?.length ?? 0;
  const fail = (what: string): never => {
    throw new RlGvfError(
      "bad-option",
      `The process of ${continuing.length} actions and ${states} states: ${what}.`,
    );
  };
  if (states === 0) fail("at least one action and one state are needed");
  for (const [a, rows] of continuing.entries()) {
    if (rows.length !== states || (ending !== undefined && ending[a]?.length !== states)) {
      fail(`action ${a} needs ${states} rows`);
    }
    if (rewards !== undefined && rewards[a]?.length !== states) fail(`action ${a} needs ${states} rewards`);
    for (const [s, row] of rows.entries()) {
      const all = [...row, ...(ending?.[a]?.[s] ?? [])];
      if (row.length !== states || all.length !== states * (ending === undefined ? 1 : 2)) {
        fail(`action ${a}, state ${s} needs ${states} probabilities`);
      }
      const total = all.reduce((sum, p) => sum + p, 0);
      const sound = all.every((p) => p >= 0) && (total === 0 || Math.abs(total - 1) < 1e-9);
      if (!sound) fail(`the probabilities of action ${a}, state ${s} sum to ${total}, not to 1`);
    }
  }
  if (policy === undefined) return;
  const fits = policy.length === states && policy.every((row) => row.length === continuing.length);
  if (!fits) fail("the policy needs one probability a state and action");
  for (const [s, row] of policy.entries()) {
    const total = row.reduce((sum, p) => sum + p, 0);
    if (row.some((p) => !(p >= 0)) || Math.abs(total - 1) > 1e-9)
      fail(`the policy in state ${s} sums to ${total}`);
  }
}
