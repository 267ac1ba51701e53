import type { Tensor } from "@tensorflow/tfjs";
import { gradients, type NDArray, type Tree } from "../graph/index.ts";
import { adamw } from "../optimize/adamw.ts";
import { clipByGlobalNorm } from "../optimize/clip.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { softmax, sum } from "../solve/algebra.ts";
import { combine, gramOf } from "../solve/rows.ts";
import { flatLike } from "../train/flat.ts";
import { notFinite } from "../train/known-losses.ts";
import type { ParamsTensors } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { aang } from "../weighting/aang.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import {
  climbed,
  type FactoredLogits,
  objectiveLogits,
  splitShares,
  zeroLogits,
} from "../weighting/gram/factored-logits.ts";
import { fittedHeadLoss } from "./inner/fitted-head.ts";
import { requireDev } from "./inner/held-out.ts";
import { advance } from "./inner/replica.ts";
import { requireTrained } from "./inner/require-trained.ts";
import { required } from "./inner/required.ts";
import { trunkOf } from "./inner/trunk-rows.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import { type Climbing, cosinesWithDev, meanClimb, nothingSeen, withStep } from "./objective-space/climb.ts";
import { byTask, objectiveGradients, type Shown, withObjectives } from "./objective-space/gradients.ts";
import { type Probabilities, probabilitiesOf, valuesOf } from "./objective-space/probabilities.ts";
import { cellName, type ObjectiveSpace, stages } from "./objective-space/space.ts";
import type { Procedure } from "./procedure.ts";

export interface AangSearchOptions<B = ColumnBatch<Tensor>> {
  /** The objectives to search: `tabularSpace`, `tokenSpace`, or one of `objectiveSpace`. Needed. */
  space?: ObjectiveSpace<B>;
  /** n, how many cells are drawn in a step; all, where the space has fewer. Default 3, the smaller that the authors searched. */
  cells?: number;
  /** Of which logits the drawn cells' shares are the softmax: "output", u_all + u_O, the default and the authors' code; "all", of all stages. */
  shares?: "output" | "all";
  /** Step size of the cells' logits. Default 0.1, the smaller that the authors searched; 0 with the other leaves all alike. */
  learningRate?: number;
  /** Step size of the two logits of primary and auxiliaries. Default 0.1, the larger that the authors searched. */
  splitLearningRate?: number;
  /** Steps between two of the logits. Default 3, the authors'. */
  interval?: number;
  /** Fits the temporary head. Default AdamW with step size 0.01 and weight decay 0.1, the authors'. */
  headOptimizer?: Optimizer;
  /** Its steps. Default 10, the authors'. */
  headSteps?: number;
  /** Gradients of cells with a greater norm are scaled down to it for the model's step. Default 10, the authors'. */
  maxObjectiveNorm?: number;
  /** Told the table after every step of the logits. */
  onUpdate?: (probabilities: Probabilities, step: number) => void;
}

/** Logits, what was seen since they moved, and what they say now. */
export interface AangSearchState {
  readonly logits: FactoredLogits;
  readonly seen: Climbing;
  readonly probabilities: Probabilities;
}

/**
 * Searches a space of auxiliary objectives, made of an input, a transform, a representation and an output each, by the cosine of their gradients with
 * d, the trunk's gradient on held-out data under a temporary head. In every step n of the legal cells are drawn uniformly, and
 *
 *     g = π_p g_p + π_a Σ_c (N_c / Σ N) softmax_c(u_all + u_O) g_c
 *
 * moves the network: g_p the primary's gradient, g_c that of cell c with norm at most 10, N_c its samples, π the softmax of two logits. Every
 * third step the logits climb the mean of what was seen since: u_all[c] by cos(g_c, d), each stage's u[v] by the sum of it over the cells
 * that have v, the two of the split by cos(g_p, d) and cos(Σ N_c g_c, d). All logits are 0 at first; a cell's probability is
 * softmax(u_I + u_T + u_R + u_O + u_all) over the legal cells, and the state has the table of it.
 *
 * The tasks are the primary and a `generatedTask` for every head of the space. A cell's batch is made on the host from the procedure's stream;
 * cells that share head and loss share a compiled function. The temporary head is the primary's of `model.init`, drawn in every step and
 * fitted on the training batch. Losses and counts of the history are those of the cells drawn. Without step sizes nothing is looked
 * at, and no `dev` needed.
 *
 * Cost: n + 1 forward and backward passes, one of each on a held-out batch, a forward pass for the features of the temporary head's own steps;
 * drawing a model's parameters.
 *
 * Evidence: core/objective-space in packages/core-bench/README.md.
 *
 * Paper: Dery, Michel, Khodak, Neubig and Talwalkar, "AANG: Automating Auxiliary Learning", ICLR 2023,
 * https://arxiv.org/abs/2205.14082. Differences from the authors' code: every cell has a batch of its own, where they share one; an epoch's best is
 * chosen on validation, where theirs are ranked on test.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `bad-option` without a space, for a head that no task has or
 * an auxiliary that is no head, `unsupported` without `dev` or where the primary's head is frozen while logits are learned; `non-finite` for a gradient that is not finite.
 *
 * @example
 * const space = tabularSpace({ inputs: { task: "batch", other: { inputs: foreign } }, primary });
 * await fit(model, {
 *   tasks: [primary, generatedTask("reconstruct"), generatedTask("label")], // the model has heads of these names
 *   method: aangSearch({ space }),
 *   …
 * });
 */
export const aangSearch = <B = ColumnBatch<Tensor>>(
  options: AangSearchOptions<B> = {},
): Procedure<AangSearchState> => {
  const {
    cells: drawn = 3,
    shares: of = "output",
    interval = 3,
    headSteps = 10,
    maxObjectiveNorm = 10,
  } = options;
  const { learningRate = 0.1, splitLearningRate = 0.1 } = options;
  const { headOptimizer = adamw({ learningRate: 0.01, weightDecay: 0.1 }), onUpdate } = options;
  positiveInteger(drawn, "cells");
  positiveInteger(interval, "interval");
  positiveInteger(headSteps, "headSteps");
  inRange(learningRate, "learningRate", 0, 100);
  inRange(splitLearningRate, "splitLearningRate", 0, 100);
  inRange(maxObjectiveNorm, "maxObjectiveNorm", Number.MIN_VALUE);
  const rates = { learningRate, splitLearningRate };
  const learns = learningRate > 0 || splitLearningRate > 0;
  const cells = options.space?.cells ?? [];
  const values = cells.map(valuesOf);
  const shared = of === "output" ? [stages.indexOf("output")] : stages.map((_, stage) => stage);
  return {
    name: "aang (search)",
    // The primary and the cells; features for the temporary head, and the held-out batch.
    passes() {
      const n = cells.length === 0 ? drawn : Math.min(drawn, cells.length);
      return learns ? { forward: n + 3, backward: n + 2 } : { forward: n + 1, backward: n + 1 };
    },
    paper: aang().paper,
    verified: "reference",
    settings: {
      space: cells.map(cellName),
      cells: drawn,
      shares: of,
      ...rates,
      interval,
      headOptimizer: describeOptimizer(headOptimizer),
      headSteps,
      maxObjectiveNorm,
    },
    sampled: true,
    init() {
      const logits = zeroLogits(values);
      return { logits, seen: nothingSeen(cells.length), probabilities: probabilitiesOf(logits, cells) };
    },
    open(setup) {
      const { model, tasks, primary, main, random, maxGradientNorm } = setup;
      const space = required(
        options.space,
        "aangSearch",
        "space",
        "the objectives to search, such as tabularSpace(…)",
      ) as unknown as ObjectiveSpace<never>;
      const dev = learns ? requireDev(setup, "aang (search)") : undefined;
      const { name } = tasks[primary]!;
      if (learns) requireTrained(setup, `heads/${name}`, "aang (search)");
      const n = Math.min(drawn, cells.length);
      const gradientOf = objectiveGradients(setup as never, space);
      const primaryGradient = weightedGradient(setup);
      const alone = tasks.map((_, k) => (k === primary ? 1 : 0));
      const rows = Array.from({ length: n + 1 }, () => flatLike(main.params.tree));
      const held = flatLike(main.params.tree.trunk);
      const trunks = [held.data, ...rows.map(trunkOf)];
      const look = setup.compile((params: ParamsTensors, fresh: never, fitOn: never, lookOn: never) => {
        const loss = fittedHeadLoss(setup, params, { fresh, fitOn, lookOn }, headOptimizer, headSteps);
        return gradients([loss], params.trunk)[0]!;
      });
      return {
        memory: {},
        async step(batch, { step }, state) {
          const { logits } = state;
          const chosen = random.permutation(cells.length).slice(0, n);
          const plain = await primaryGradient({ ...main, gradient: rows[0]! }, batch, alone);
          const shown: Shown[] = [];
          for (const [i, c] of chosen.entries())
            shown.push(await gradientOf(c, batch as never, rows[i + 1]!));
          const { losses, counts } = withObjectives(plain, shown, primary);
          setup.check({ losses, counts }, step);
          const samples = Math.max(1, sum(shown.map(({ count }) => count)));
          const parts = shown.map(({ count }) => count / samples);

          let seen = state.seen;
          if (dev !== undefined) {
            const fresh = model.init(random).heads[name]!;
            const args = [main.params.tree, fresh, batch, dev.next()] as Tree<NDArray>[];
            await look.into(held.tree as Tree<NDArray>, ...args);
            const gram = gramOf(trunks);
            if (!gram.flat().every(Number.isFinite))
              throw notFinite("A gradient of aang (search) is not finite", { step, task: name });
            seen = withStep(seen, chosen, cosinesWithDev(gram, parts));
          }

          const [first, second] = splitShares(logits);
          const own = objectiveLogits(logits, values, shared);
          const shares = softmax(chosen.map((c) => own[c]!));
          const weights = shown.map((_, i) => second * parts[i]! * shares[i]!);
          for (const { data } of rows.slice(1)) clipByGlobalNorm(data, maxObjectiveNorm);
          combine(
            rows.map(({ data }) => data),
            [first, ...weights],
            main.gradient.data,
          );
          advance(main, step + 1, maxGradientNorm);
          const report = {
            losses,
            counts,
            weights: byTask(tasks.length, [{ task: primary }, ...shown], [first, ...weights]),
          };
          if (seen.steps < interval) return { ...report, state: { ...state, seen } };
          const moved = climbed(logits, values, meanClimb(seen), rates);
          const probabilities = probabilitiesOf(moved, cells);
          onUpdate?.(probabilities, step);
          return { ...report, state: { logits: moved, seen: nothingSeen(cells.length), probabilities } };
        },
      };
    },
  };
};
