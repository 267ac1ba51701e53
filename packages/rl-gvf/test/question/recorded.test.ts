import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NO_ACTION, type QuestionNetwork, questionNetwork } from "../../src/question/network.ts";
import { predictionCount, questionMask, tdLoss, tdTargets } from "../../src/question/targets.ts";

interface Recorded {
  readonly depth: number;
  readonly repeat: number;
  readonly discounts: number[];
  readonly numFeatures: number;
  readonly numActions: number;
  readonly numPredictions: number;
  readonly choices: (number | number[])[];
  readonly rows: [number, [number, number][]][];
  readonly action: (number | null)[];
  readonly depthOf: number[];
}

interface Example {
  readonly case: number;
  readonly pred: number[][][];
  readonly features: number[][][];
  readonly actions: number[][];
  readonly discount: number[][];
  readonly targets: number[][][];
  readonly loss: number;
  readonly gradWrtPred: number[][][];
}

const path = join(process.env.OUTRIGGER_DATA ?? "", "rl/question_networks.json");
const missing = process.env.OUTRIGGER_DATA === undefined || !existsSync(path);

/** The network that our generator makes of the recorded choices, all of which it must use. */
function regenerated(recorded: Recorded): QuestionNetwork {
  const choices = [...recorded.choices];
  const network = questionNetwork(
    {
      features: recorded.numFeatures,
      actions: recorded.numActions,
      discounts: recorded.discounts,
      depth: recorded.depth,
      repeat: recorded.repeat,
      keepUnused: true,
    },
    {
      parents(candidates, count) {
        const chosen = choices.shift() as number[];
        expect(chosen).toHaveLength(count);
        expect(chosen.every((node) => candidates.includes(node))).toBe(true);
        return chosen;
      },
      feature: () => choices.shift() as number,
    },
  );
  expect(choices).toEqual([]);
  return network;
}

/** The non-zero target coefficients of prediction i, as the recording lists them: by source. */
function rowOf(network: QuestionNetwork, i: number): [number, number][] {
  const row: [number, number][] = [];
  if (network.feature[i]! >= 0) row.push([network.feature[i]!, 1]);
  if (network.parent[i]! >= 0) row.push([network.features + network.parent[i]!, network.discount[i]!]);
  return row;
}

describe.skipIf(missing)(
  `question networks of the authors' code${missing ? " (skipped: set OUTRIGGER_DATA to a folder with rl/question_networks.json)" : ""}`,
  () => {
    const { networks, tdLoss: example } = missing
      ? { networks: [], tdLoss: null }
      : (JSON.parse(readFileSync(path, "utf8")) as { networks: Recorded[]; tdLoss: Example });

    it("are there", () => expect(networks).toHaveLength(5));

    it.each([0, 1, 2, 3, 4])("network %s: the same questions from the same choices", (index) => {
      const recorded = networks[index]!;
      const network = regenerated(recorded);
      expect(predictionCount(network)).toBe(recorded.numPredictions);
      expect(network.feature.map((_, i) => [recorded.numFeatures + i, rowOf(network, i)])).toEqual(
        recorded.rows,
      );
      expect(network.action).toEqual(recorded.action.map((action) => action ?? NO_ACTION));
      expect(network.depth).toEqual(recorded.depthOf);
    });

    it("targets, loss and gradient of the worked example", () => {
      const { pred, features, actions, discount, targets, loss, gradWrtPred } = example!;
      const network = regenerated(networks[example!.case]!);
      const now = (rows: number[][][]): number[] => rows.flatMap((row) => row.slice(0, -1)).flat();
      const next = (rows: number[][][]): number[] => rows.flatMap((row) => row.slice(1)).flat();
      const count = actions.flat().length;
      const width = predictionCount(network);
      const wanted = new Float64Array(count * width);
      tdTargets(
        network,
        {
          features: features.flat(2),
          predictions: next(pred),
          continues: discount.flatMap((row) => row.slice(1)),
        },
        wanted,
      );
      targets.flat(2).forEach((target, i) => expect(wanted[i]).toBeCloseTo(target, 12));
      const mask = new Float64Array(count * width);
      const alive = discount.flatMap((row) => row.slice(0, -1));
      questionMask(network, { actions: actions.flat(), alive }, mask);
      const got = tdLoss(count, { predictions: now(pred), targets: wanted, mask });
      expect(got.loss).toBeCloseTo(loss, 12);
      const gradient = gradWrtPred.flatMap((row) => row.slice(0, actions[0]!.length)).flat();
      expect(gradient).toHaveLength(count * width);
      gradient.forEach((value, i) => expect(got.gradient[i]).toBeCloseTo(value, 12));
    });
  },
);
