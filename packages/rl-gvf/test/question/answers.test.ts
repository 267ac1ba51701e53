import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import { gridProcess } from "../../src/diagnostic/readout-grid.ts";
import { answerQuestions } from "../../src/question/answers.ts";
import {
  expectedFeatures,
  type MarkovDecisionProcess,
  stateValues,
  uniformPolicy,
} from "../../src/question/chain.ts";
import { questionNetwork, seededChoices } from "../../src/question/network.ts";
import { predictionCount, questionMask, tdTargets } from "../../src/question/targets.ts";

const STATES = 5;
const ACTIONS = 2;
const FEATURES = 3;
const random = Random.seeded(1, "chain");
const shares = (length: number): number[] => {
  const raw = Array.from({ length }, () => random.uniform());
  const total = raw.reduce((a, b) => a + b);
  return raw.map((value) => value / total);
};

/** A random process whose episodes end with probability about 0.1 a step. */
function drawn() {
  const rows = Array.from({ length: ACTIONS }, () => Array.from({ length: STATES }, () => shares(STATES)));
  const process: MarkovDecisionProcess = {
    continuing: rows.map((table) => table.map((row) => row.map((p) => 0.9 * p))),
    ending: rows.map((table) => table.map((row) => row.map((p) => 0.1 * p))),
    rewards: rows.map((table) => table.map(() => random.normal())),
  };
  const seen = Array.from({ length: STATES }, () => Array.from({ length: FEATURES }, () => random.normal()));
  const feature = (s: number, next: number) => seen[s]!.map((x, f) => Math.abs(seen[next]![f]! - x));
  const policy = Array.from({ length: STATES }, () => shares(ACTIONS));
  return { process, policy, feature, features: expectedFeatures(process, feature) };
}

const { process, policy, feature, features } = drawn();
const network = questionNetwork(
  { features: FEATURES, actions: ACTIONS, discounts: [0.5, 0.9], depth: 3, repeat: 4 },
  seededChoices(Random.seeded(2, "questions")),
);
const width = predictionCount(network);

describe("exact answers", () => {
  it.each([true, false])(
    "sweeps of expected one-step targets converge to them (conditional: %s)",
    (conditional) => {
      const asked = questionNetwork(
        { features: FEATURES, actions: ACTIONS, discounts: [0.5, 0.9], depth: 3, repeat: 4, conditional },
        seededChoices(Random.seeded(2, "questions")),
      );
      const exact = answerQuestions(asked, { process, policy, features });
      let table = exact.map((row) => row.map(() => 0));
      for (let sweep = 0; sweep < 400; sweep++) {
        const previous = table;
        table = previous.map((row, s) => {
          const sums = row.map(() => 0);
          const weights = row.map(() => 0);
          for (let a = 0; a < ACTIONS; a++) {
            const mask = new Float64Array(row.length);
            questionMask(asked, { actions: [a], alive: [1] }, mask);
            for (let next = 0; next < STATES; next++) {
              for (const [continues, rows] of [process.ending!, process.continuing].entries()) {
                const targets = new Float64Array(row.length);
                tdTargets(
                  asked,
                  { features: feature(s, next), predictions: previous[next]!, continues: [continues] },
                  targets,
                );
                for (const [i, on] of mask.entries()) {
                  const weight = on * policy[s]![a]! * rows[a]![s]![next]!;
                  sums[i]! += weight * targets[i]!;
                  weights[i]! += weight;
                }
              }
            }
          }
          return sums.map((sum, i) => sum / weights[i]!);
        });
      }
      table.flat().forEach((value, i) => expect(value).toBeCloseTo(exact.flat()[i]!, 10));
    },
  );

  it("sampled one-step learning with falling step sizes comes near them", () => {
    const exact = answerQuestions(network, { process, policy, features }).flat();
    const table = new Float64Array(STATES * width);
    const visits = new Float64Array(STATES * width);
    const sample = Random.seeded(4, "walk");
    const targets = new Float64Array(width);
    const mask = new Float64Array(width);
    const pick = (probabilities: readonly number[]): number => {
      let rest = sample.uniform();
      const found = probabilities.findIndex((p) => {
        rest -= p;
        return rest < 0;
      });
      return found < 0 ? probabilities.length - 1 : found;
    };
    let s = 0;
    for (let t = 0; t < 150_000; t++) {
      const action = pick(policy[s]!);
      const outcome = pick([...process.continuing[action]![s]!, ...process.ending![action]![s]!]);
      const next = outcome % STATES;
      const continues = outcome < STATES ? 1 : 0;
      const predictions = table.subarray(next * width, (next + 1) * width);
      tdTargets(network, { features: feature(s, next), predictions, continues: [continues] }, targets);
      questionMask(network, { actions: [action], alive: [1] }, mask);
      for (let i = 0; i < width; i++) {
        if (mask[i] === 0) continue;
        const cell = s * width + i;
        visits[cell]!++;
        table[cell]! += (targets[i]! - table[cell]!) / visits[cell]! ** 0.7;
      }
      s = continues ? next : sample.integer(STATES);
    }
    const scale = Math.max(...exact.map(Math.abs));
    exact.forEach((value, i) => expect(Math.abs(table[i]! - value)).toBeLessThan(0.03 * scale));
  });

  it("a question of depth d is d fixed actions, a feature each, and then the policy", () => {
    const exact = answerQuestions(network, { process, policy, features });
    const { continuing } = process;
    const deep = network.depth.findIndex((depth, i) => depth === 3 && network.parent[i]! >= 0);
    const chain = [deep];
    while (network.depth[chain.at(-1)!]! > 0 && network.parent[chain.at(-1)!]! >= 0) {
      chain.push(network.parent[chain.at(-1)!]!);
    }
    // The distribution over states from state 0 on under the fixed actions.
    let at: number[] = Array.from({ length: STATES }, (_, s) => (s === 0 ? 1 : 0));
    let total = 0;
    for (const i of chain) {
      const action = network.action[i]!;
      const now = (s: number): number =>
        action < 0 ? exact[s]![i]! : features[action]![s]![network.feature[i]!]!;
      total += at.reduce((sum, p, s) => sum + p * now(s), 0);
      if (action < 0) break;
      at = at.map((_, next) => at.reduce((sum, p, s) => sum + p * continuing[action]![s]![next]!, 0));
    }
    expect(exact[0]![deep]).toBeCloseTo(total, 12);
  });

  it("state values solve Bellman's equation", () => {
    const values = stateValues(process, { policy, discount: 0.9 });
    values.forEach((value, s) => {
      const backed = policy[s]!.reduce((sum, p, a) => {
        const next = process.continuing[a]![s]!.reduce((total, q, to) => total + q * values[to]!, 0);
        return sum + p * (process.rewards![a]![s]! + 0.9 * next);
      }, 0);
      expect(value).toBeCloseTo(backed, 12);
    });
  });

  it("on the read-out grid: entering the goal as a feature, discounted, is the value", () => {
    const grid = gridProcess();
    const entering = expectedFeatures(grid, (_, next) => [next === 2 * 9 + 6 ? 1 : 0]);
    const asked = questionNetwork(
      { features: 1, actions: 4, discounts: [0.95], depth: 2, repeat: 2 },
      seededChoices(Random.seeded(1, "questions")),
    );
    const answers = answerQuestions(asked, { process: grid, features: entering });
    const values = stateValues(grid, { discount: 0.95 });
    answers.forEach(([sum], s) => expect(sum).toBeCloseTo(values[s]!, 12));
    expect(Math.max(...values)).toBeLessThan(1);
    expect(uniformPolicy(grid)[0]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it("refuses tables that are no process", () => {
    const half = {
      continuing: [
        [
          [0.5, 0],
          [0, 1],
        ],
      ],
    };
    expect(() => stateValues(half, { discount: 0.9 })).toThrow(/action 0, state 0 sum to 0.5, not to 1/);
    const endless = {
      continuing: [
        [
          [1, 0],
          [0, 1],
        ],
      ],
    };
    expect(() => stateValues(endless, { discount: 1 })).toThrow(/discount 1 the sums do not converge/);
    expect(() => stateValues(endless, { discount: 0.9, policy: [[1], [0.5]] })).toThrow(
      /policy in state 1 sums to 0.5/,
    );
    expect(() => answerQuestions(network, { process: endless, features })).toThrow(
      /2 actions and 3 features/,
    );
  });
});
