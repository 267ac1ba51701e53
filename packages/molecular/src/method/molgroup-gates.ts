import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { adam } from "@outrigger/core/optimize/adam";
import { describeOptimizer } from "@outrigger/core/optimize/describe";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { advance, arraysOf, replicaOf } from "@outrigger/core/procedure/inner/replica";
import { exactSlopes } from "@outrigger/core/procedure/inner/weight-slopes";
import { weightedGradient } from "@outrigger/core/procedure/inner/weighted-gradient";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import type { Random } from "@outrigger/core/random";
import { notFinite } from "@outrigger/core/train/known-losses";
import { inRange, positiveInteger } from "@outrigger/core/weighting/gram/check";
import { gateSlopes, gatesOf } from "./gate.ts";

export interface MolgroupGatesOptions {
  /**
   * ⟨s_t, s_k⟩ of every auxiliary, in the order of the tasks with the primary left out; see `structureSimilarities`. Default 1 each, right for
   * labels that are computed from the primary's own molecules.
   */
  readonly similarities?: readonly number[];
  /** The weight of an auxiliary is this times its gate. Default 1. */
  readonly scale?: number;
  /** a, the share of the structures in a gate. Default 0.1, the authors'. */
  readonly structure?: number;
  /** T. Default 0.1, the authors'. */
  readonly temperature?: number;
  /** Length of the task embeddings. Default 16. */
  readonly width?: number;
  /** Steps between two looks. Default 1, as published. */
  readonly interval?: number;
  /** Moves the embeddings. Default `adam` with step size 0.001. */
  readonly optimizer?: Optimizer;
}

/** Two unit vectors at right angles: the primary's embedding and the one that all auxiliaries begin with, so that affinities begin at 0. */
function firstEmbeddings(tasks: number, primary: number, width: number, random: Random): NDArray {
  const draw = (): number[] => Array.from({ length: width }, () => random.normal());
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const unit = (v: readonly number[]): number[] => v.map((value) => value / Math.sqrt(dot(v, v)));
  const own = unit(draw());
  const raw = draw();
  const along = dot(raw, own);
  const other = unit(raw.map((value, i) => value - along * own[i]!));
  const rows = Array.from({ length: tasks }, (_, k) => (k === primary ? own : other));
  return array(rows.flat(), [tasks, width]);
}

/**
 * A gate for every auxiliary, learned from what a step on the auxiliaries does to the primary:
 *
 *     L = L_p + scale Σ_k γ_k L_k,   γ_k = σ(((1 − a) ⟨e_t, e_k⟩ + a ⟨s_t, s_k⟩) / T)
 *
 * where e are unit task embeddings (t: the primary), s unit embeddings of the structures that each task has labels for, and σ the logistic
 * function. The optimiser's step along ∇ scale Σ_k γ_k L_k leads from θ to θ⁺, and the embeddings go down ∂L_p(θ⁺)/∂e by the chain rule through
 *
 *     ∂L_p(θ⁺)/∂γ_k = −η scale ⟨∇L_p(θ⁺), ∇L_k(θ)⟩
 *
 * with η the run's step size. L_p(θ⁺) is of held-out molecules where the run has `dev`, else of the training batch, as published.
 * Auxiliaries that helped end near 1, those that harmed near 0; the history's weights are scale γ_k.
 *
 * Cost: a forward and a backward pass, and for a look two forward and three backward passes more.
 *
 * Paper: Huang, Hu and Ying, "Learning to Group Auxiliary Datasets for Molecule", NeurIPS 2023, https://arxiv.org/abs/2307.04052.
 * Differences from the authors' code (Graph-and-Geometric-Learning/MolGroup): a gate weighs a loss, where theirs weighs what a
 * dataset's own layers add to the shared ones; s is a mean fingerprint, theirs is learned; datasets are kept with their weight instead of being
 * chosen for a second training.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `bad-option` without an auxiliary or for another
 * number of similarities, `unsupported` for an optimiser without a scalar "rate"; `non-finite` for a derivative that is not finite.
 *
 * @example
 * await fit(model, { method: molgroupGates({ interval: 10, optimizer: adam({ learningRate: 0.01 }) }), … });
 */
export const molgroupGates = (options: MolgroupGatesOptions = {}): Procedure<null> => {
  const { similarities, scale = 1, structure = 0.1, temperature = 0.1, width = 16, interval = 1 } = options;
  const { optimizer = adam({ learningRate: 1e-3 }) } = options;
  inRange(scale, "scale", 0, 1e6);
  inRange(structure, "structure", 0, 1);
  inRange(temperature, "temperature", Number.MIN_VALUE);
  positiveInteger(interval, "interval");
  if (!Number.isInteger(width) || width < 2)
    throw new OutriggerError("bad-option", `width is ${width}; give a whole number from 2 on.`, { width });
  similarities?.forEach((value) => inRange(value, "similarities", -1, 1));
  return {
    name: "molgroup-gates",
    paper: {
      title: "Learning to Group Auxiliary Datasets for Molecule",
      venue: "NeurIPS",
      year: 2023,
      url: "https://arxiv.org/abs/2307.04052",
    },
    verified: "own reading",
    settings: {
      similarities: similarities ?? null,
      scale,
      structure,
      temperature,
      width,
      interval,
      optimizer: describeOptimizer(optimizer),
    },
    passes: () => ({ forward: 1 + 2 / interval, backward: 1 + 3 / interval }),
    init: () => null,
    open(setup) {
      const { tasks, primary, main, masks, dev, maxGradientNorm, random } = setup;
      const count = tasks.length - 1;
      if (count < 1) throw new OutriggerError("bad-option", "molgroup-gates need an auxiliary. Add a task.");
      if (similarities !== undefined && similarities.length !== count) {
        const said = `molgroup-gates have ${similarities.length} similarities for ${count} auxiliaries; give one each.`;
        throw new OutriggerError("bad-option", said, { similarities: similarities.length, count });
      }
      const given = similarities ?? Array.from({ length: count }, () => 1);
      const embedding = replicaOf(firstEmbeddings(tasks.length, primary, width, random), optimizer);
      const shape = { primary, width, structure, temperature, similarities: given };
      const look = exactSlopes(setup);
      const descend = weightedGradient(setup);
      return {
        memory: arraysOf("embedding", embedding),
        async step(batch, { step }) {
          const looks = (step + 1) % interval === 0;
          if (looks) {
            const before = masks.state;
            const gates = gatesOf(embedding.params.data, shape);
            const weights = Float32Array.from(gates, (gate, k) => (k === primary ? 0 : scale * gate));
            const { seen, slopes } = await look(batch, dev?.next() ?? batch, weights, step + 1);
            masks.state = before;
            setup.check(seen, step);
            if (!slopes.every(Number.isFinite)) {
              const task = tasks[slopes.findIndex((slope) => !Number.isFinite(slope))]!.name;
              throw notFinite(`The derivative for the gate of task "${task}" is not finite`, { step, task });
            }
            const scaled = slopes.map((slope) => scale * slope);
            embedding.gradient.data.set(gateSlopes(embedding.params.data, shape, scaled));
            advance(embedding, (step + 1) / interval);
          }
          const gates = gatesOf(embedding.params.data, shape);
          const weights = gates.map((gate, k) => (k === primary ? 1 : scale * gate));
          const { losses, counts } = await descend(main, batch, weights);
          if (!looks) setup.check({ losses, counts }, step);
          advance(main, step + 1, maxGradientNorm);
          return { losses, counts, weights, state: null };
        },
      };
    },
  };
};
