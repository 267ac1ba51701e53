import type { Tensor } from "@tensorflow/tfjs";
import type { AnyLayer } from "../nn/layer.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import { sgd } from "../optimize/sgd.ts";
import { Random } from "../random.ts";
import { norm } from "../solve/rows.ts";
import { shapesOf } from "../train/flat.ts";
import { notFinite } from "../train/known-losses.ts";
import type { ColumnBatch } from "../train/task.ts";
import { inRange } from "../weighting/gram/check.ts";
import type { Classes, Teaching } from "./inner/label-slope.ts";
import { advance, arraysOf, replicaOf } from "./inner/replica.ts";
import { required, taughtTask } from "./inner/required.ts";
import { exactLabelSlope, firstOrderLabelSlope, taughtGradient } from "./inner/teach.ts";
import type { Derivative } from "./inner/weight-slopes.ts";
import type { Procedure, Setup } from "./procedure.ts";

export interface MaxlOptions<B = ColumnBatch<Tensor>> {
  /** g: inputs to [N, Σψ] logits. Needed. */
  generator?: AnyLayer;
  /** ψ, how many sub-classes every class of the primary has. Needed; the paper takes 5 for each of 20 classes, among others. */
  subclasses?: readonly number[];
  /** Name of the `generatedTask` whose head, of Σψ outputs, is taught. Default "generated". */
  task?: string;
  /** What the generator reads. Default: `batch.inputs`. */
  inputsOf?: (batch: B) => Tensor;
  /** The primary's classes, whole numbers from 0, and which samples carry one. Default: the primary's column of labels and mask. */
  classesOf?: (batch: B) => Classes;
  /** γ of the auxiliary's focal loss; 0 is cross-entropy. Default 2, the paper's. */
  gamma?: number;
  /** λ. Default 0.2, the authors'. */
  entropy?: number;
  /** Moves the generator. Default `sgd` with step size 0.001 and weight decay 5e-4, the authors'. */
  optimizer?: Optimizer;
  /** "exact", the default, or "differences", the first-order form. */
  derivative?: Derivative;
  /** c of the differences, which are taken at ± c/‖v‖. Default 0.01, the authors'. */
  difference?: number;
}

/**
 * Makes an auxiliary task up: a second network, the generator g_φ, splits every class of the primary into sub-classes, one soft label a
 * sample, so that learning them helps the primary. With labels ȳ = g_φ(x, y), a softmax within the ψ_y sub-classes of the
 * sample's class y (outside of them the mask is 1e-8), L_aux the focal loss −Σ_c ȳ_c (1 − p_c)^γ log p_c, and θ⁺(φ) the
 * optimiser's step from θ along ∇_θ [Σ_k L_k + L_aux(θ, φ)],
 *
 *     φ goes down −η ⟨∇_θ L_aux(θ, φ), v⟩ + λ H,   v = ∇L_primary(θ⁺) held fixed,   H = Σ_c m_c log m_c,   m the batch's mean label
 *
 * and θ then takes its step under the new labels, all tasks with weight 1. H is least where all sub-classes are used alike, which keeps the
 * labels from collapsing into one. v is of held-out batches where the run has `dev`, else of the training batch, as in the paper. η: the
 * run's step size now; its optimiser's momentum and weight decay are in θ⁺, and the derivative goes through η alone (exact for `sgd`
 * without Nesterov's form). The primary keeps its own loss. L_aux never trains φ.
 *
 * Cost: three forward and three backward passes, the derivative of one through the generator, about as much as that pass, and two forward passes of
 * the generator; with "differences" five forward and three backward passes, and three and one of the generator.
 *
 * Evidence: core/maxl-digits in packages/core-bench/README.md.
 *
 * Paper: Liu, Davison and Johns, "Self-Supervised Generalisation with Meta Auxiliary Learning", NeurIPS 2019,
 * https://arxiv.org/abs/1901.08933. Differences from the authors' code: steps of θ and φ take turns, where theirs are whole epochs; the
 * entropy term acts in the first-order form too, where their result overwrites it; the mask is that of the code, for the paper's
 * exp(M ⊙ z) gives weight to other classes.
 *
 * @throws OutriggerError when training starts, `bad-option` without a generator or sub-classes, or where no task has the name; `unsupported` for an
 * optimiser without a scalar "rate"; `bad-option` for numbers out of range; `non-finite` for a loss after the look ahead or a
 * gradient of the generator that is not finite.
 *
 * @example
 * const generator = dense({ inputs: 2, outputs: 4 });
 * await fit(model, {
 *   tasks: [primary, generatedTask("generated")], // the model's head "generated" has 4 outputs
 *   method: maxl({ generator, subclasses: [2, 2] }),
 *   …
 * });
 */
export const maxl = <B = ColumnBatch<Tensor>>(options: MaxlOptions<B> = {}): Procedure<null> => {
  const { derivative = "exact", difference = 0.01, gamma = 2, entropy = 0.2 } = options;
  const { task = "generated" } = options;
  const { optimizer = sgd({ learningRate: 0.001, weightDecay: 5e-4 }) } = options;
  inRange(difference, "difference", Number.MIN_VALUE, 1);
  inRange(entropy, "entropy", 0);
  if (gamma !== 0) inRange(gamma, "gamma", 1, 100);
  return {
    name: derivative === "exact" ? "maxl" : "maxl (differences)",
    // As Auto-λ's; the generator's own are left out.
    passes: () => (derivative === "exact" ? { forward: 3, backward: 4 } : { forward: 5, backward: 3 }),
    paper: {
      title: "Self-Supervised Generalisation with Meta Auxiliary Learning",
      venue: "NeurIPS",
      year: 2019,
      url: "https://arxiv.org/abs/1901.08933",
    },
    verified: "reference",
    settings: {
      generator:
        options.generator === undefined ? null : shapesOf(options.generator.init(Random.seeded(0, "shapes"))),
      subclasses: options.subclasses ?? null,
      task,
      gamma,
      entropy,
      derivative,
      difference,
      optimizer: describeOptimizer(optimizer),
    },
    init: () => null,
    open(setup) {
      const { tasks, primary, main, masks, dev, maxGradientNorm, random } = setup;
      const layer = required(
        options.generator,
        "maxl",
        "generator",
        "a layer from inputs to one logit a sub-class",
      );
      const teaching = teachingOf(setup, layer, { ...options, task, gamma, entropy } as never);
      const generator = replicaOf(layer.init(random), optimizer);
      const look =
        derivative === "exact"
          ? exactLabelSlope(setup, teaching, generator)
          : firstOrderLabelSlope(setup, teaching, generator, difference);
      const descend = taughtGradient(setup, teaching, generator);
      const weights = tasks.map(() => 1);
      return {
        memory: arraysOf("generator", generator),
        async step(batch, { step }) {
          const before = masks.state;
          const { seen, meta } = await look(batch, dev?.next() ?? batch, step + 1);
          masks.state = before;
          setup.check(seen, step);
          if (!Number.isFinite(meta + norm(generator.gradient.data))) {
            const { name } = tasks[primary]!;
            const what = `The loss of task "${name}" after maxl's look ahead (${meta}), or the generator's gradient, is not finite`;
            throw notFinite(what, { step, task: name });
          }
          advance(generator, step + 1);
          const { losses, counts } = await descend(batch);
          advance(main, step + 1, maxGradientNorm);
          return { losses, counts, weights, state: null };
        },
      };
    },
  };
};

function teachingOf<B>(
  { model, tasks, primary, optimizer, frozen }: Setup<B>,
  layer: AnyLayer,
  options: MaxlOptions<B> & { task: string; gamma: number; entropy: number },
): Teaching<B> {
  const { task, gamma, entropy } = options;
  const { name } = tasks[primary]!;
  const columns = (batch: B): ColumnBatch<Tensor> => batch as never;
  const {
    inputsOf = (batch: B) => columns(batch).inputs,
    classesOf = (batch: B) => ({ classes: columns(batch).labels[name]!, mask: columns(batch).masks[name]! }),
  } = options;
  return {
    model,
    tasks,
    primary,
    optimizer,
    frozen,
    generated: taughtTask({ tasks, primary }, task, "maxl"),
    blocks: required(options.subclasses, "maxl", "subclasses", "how many sub-classes each class has"),
    gamma,
    entropy,
    generate: (params, batch, mode) => layer.apply(params as never, inputsOf(batch), mode),
    classesOf,
  };
}
