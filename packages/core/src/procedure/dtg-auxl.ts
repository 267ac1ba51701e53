import type { Tensor } from "@tensorflow/tfjs";
import { array, gradients, type NDArray, type Tree } from "../graph/index.ts";
import { adam } from "../optimize/adam.ts";
import { describeOptimizer } from "../optimize/describe.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Random } from "../random.ts";
import { norm } from "../solve/rows.ts";
import { notFinite } from "../train/known-losses.ts";
import type { Host, ParamsTensors } from "../train/model.ts";
import { scalars, valuesOf } from "../train/scalars.ts";
import type { ColumnBatch } from "../train/task.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { type Drawn, dataGenerator } from "./inner/generated-data.ts";
import { generatedLoss, lowerOf } from "./inner/generated-loss.ts";
import { requireDev } from "./inner/held-out.ts";
import { implicitSlope } from "./inner/implicit-slope.ts";
import { type Inverse, productCount } from "./inner/inverse.ts";
import { advance, arraysOf, replicaOf } from "./inner/replica.ts";
import { required, taughtTask } from "./inner/required.ts";
import type { Procedure, Setup } from "./procedure.ts";

type Batch = ColumnBatch<Tensor>;

export interface DtgAuxlOptions {
  /** D, the width of the batch's inputs, [N, D]. Needed. */
  inputs?: number;
  /** ψ, how many sub-classes every class of the primary has; null, the default, for a primary of real numbers. */
  subclasses?: readonly number[] | null;
  /** Name of the `generatedTask` whose head, of Σψ outputs or of one, learns the generated labels. Default "generated". */
  task?: string;
  /** Units of the hidden layer of both networks of the generator. Default 32, ours. */
  hidden?: number;
  /** Z, numbers of noise a sample. Default 4, ours. */
  noise?: number;
  /** μ, weight of the generated task. Default 1, ours. */
  weight?: number;
  /** ν, weight of the regularisation. Default 0.1, ours. */
  regularisation?: number;
  /** m: mean squares of a change above it earn nothing. Default 0.25, ours, for inputs and labels that are standardised. */
  margin?: number;
  /** H⁻¹, as for `auxilearn`. Default "neumann", whose step is 1/λ_max, estimated. */
  inverse?: Inverse;
  /** Terms of the series after the first, or iterations of conjugate gradients. Default 3, of the same authors' earlier code. */
  terms?: number;
  /** n, steps between two of the generator. Default 20, of the same authors' earlier code. */
  interval?: number;
  /** Moves the generator. Default Adam with step size 0.01, ours. */
  optimizer?: Optimizer;
  /** Hypergradients with a greater norm are scaled down to it. Default 10, as for `auxilearn`. */
  maxSlopeNorm?: number;
}

/**
 * Makes auxiliary samples and their labels up together, from pairs of training samples, so that learning them helps the primary. Our design after
 * the published description, experimental. A sample x with label y, a labelled partner x′, y′ of the batch and noise z ~ N(0, I) become
 *
 *     x̃ = x + tanh Δ_φ(x, x′, z),   ỹ = softmax(q_φ(x, x′, y, y′)) within the sub-classes of y
 *
 * or, for a primary of real numbers, ỹ = y + σ(q_φ)(y′ − y); Δ and q are perceptrons with one hidden layer of tanh units.
 *
 * The network descends L_T(θ, φ) = Σ_k L_k + μ L_aux(θ; x̃, ỹ), the cross-entropy or squared error of a head of its own, and every 20th step φ
 * goes down, with p ≈ H⁻¹ ∇L_dev(θ) and H = ∇²_θ L_T,
 *
 *     −∂/∂φ ⟨∇_θ L_T(θ, φ), p⟩ + ν ∂R/∂φ,   R = −mean min(‖x̃ − x‖²/D, m) + Σ_c m_c log m_c
 *
 * with m_c the batch's mean label; for real numbers −mean min((ỹ − y)², m) stands in the second term's place. R keeps samples from being copies and
 * labels from being all alike: a copy taught with its own label would be the primary again. No entry moves by more than 1, a standard deviation
 * of standardised inputs. Both derivatives are exact. Rows count where the primary has a label.
 *
 * Cost: two forward and two backward passes, and a forward pass of the generator; every 20th step one of each on a held-out batch, about two
 * of each for the mixed derivative, and four forward and six backward passes a product: J of them for "conjugate-gradients", J + 5 for
 * "neumann", none for "identity".
 *
 * Evidence: core/generated-data in packages/core-bench/README.md.
 *
 * Paper: Chen, Wang, Zhou, Qin, Guan and Zhu, "Joint Data-Task Generation for Auxiliary Learning", NeurIPS 2023,
 * https://nips.cc/virtual/2023/poster/72186. Difference: generator, R and all numbers are ours, since neither equations nor code are
 * public to us; the pair of generators, the implicit gradient of the primary's held-out loss, the explicit one of an instance
 * regularisation and the alternation are the paper's.
 *
 * @throws OutriggerError `bad-option` for numbers out of range; when training starts, `bad-option` without `inputs` or where no task has the name,
 * `unsupported` without `dev` or for an optimiser without a scalar "rate"; `non-finite` for a hypergradient that is not finite.
 *
 * @example
 * await fit(model, {
 *   tasks: [primary, generatedTask("generated")], // the model's head "generated" has 4 outputs
 *   method: dtgAuxl({ inputs: 10, subclasses: [2, 2] }),
 *   dev, …
 * });
 */
export const dtgAuxl = (options: DtgAuxlOptions = {}): Procedure<null> => {
  const { hidden = 32, noise = 4, weight = 1, regularisation = 0.1, margin = 0.25 } = options;
  const { inverse = "neumann", terms = 3, interval = 20, maxSlopeNorm = 10 } = options;
  const { optimizer = adam({ learningRate: 0.01 }), subclasses = null, task = "generated" } = options;
  for (const [name, value] of Object.entries({ hidden, noise, terms, interval }))
    positiveInteger(value, name);
  inRange(weight, "weight", 0, 1e6);
  inRange(regularisation, "regularisation", 0, 1e6);
  inRange(margin, "margin", Number.MIN_VALUE);
  inRange(maxSlopeNorm, "maxSlopeNorm", Number.MIN_VALUE);
  return {
    name: "dtg-auxl",
    // On every n-th step a held-out gradient, the mixed derivative, and products over both batches, as of `auxilearn`.
    passes() {
      const products = productCount(inverse, terms);
      return {
        forward: 2 + (3 + 4 * products) / interval,
        backward: 2 + (3 + 6 * products) / interval,
      };
    },
    paper: {
      title: "Joint Data-Task Generation for Auxiliary Learning",
      venue: "NeurIPS",
      year: 2023,
      url: "https://nips.cc/virtual/2023/poster/72186",
    },
    verified: "own reading",
    settings: {
      inputs: options.inputs ?? null,
      subclasses,
      task,
      hidden,
      noise,
      weight,
      regularisation,
      margin,
      inverse,
      terms,
      interval,
      optimizer: describeOptimizer(optimizer),
      maxSlopeNorm,
    },
    init: () => null,
    open(given) {
      const setup = given as unknown as Setup<Batch>;
      const { tasks, primary, main, masks, random, maxGradientNorm } = setup;
      const dev = requireDev(setup, "dtg-auxl");
      const { name } = tasks[primary]!;
      const generated = taughtTask(setup, task, "dtgAuxl");
      const generator = dataGenerator({
        name,
        inputs: required(options.inputs, "dtgAuxl", "inputs", "the width of the batch's inputs"),
        subclasses,
        hidden,
        noise,
        margin,
      });
      const problem = { ...setup, generator, generated, weight, blocks: subclasses };
      const phi = replicaOf(generator.init(random), optimizer);
      const slope = implicitSlope(setup, lowerOf(problem, regularisation), phi, inverse, terms);
      const out = { losses: scalars(tasks.length), counts: scalars(tasks.length) };
      const descend = setup.compile((params: ParamsTensors, f: never, drawn: Drawn) => {
        const { total, ...seen } = generatedLoss(problem, params, f, drawn, { training: true });
        return { ...seen, gradients: gradients([total], params)[0]! };
      });
      const weights = tasks.map((_, k) => (k === generated ? weight : 1));
      return {
        memory: arraysOf("generator", phi),
        async step(batch, { step }) {
          const drawn = drawnFor(batch as never, name, noise, random) as unknown as Tree<NDArray>;
          const before = masks.state;
          const into = { ...out, gradients: main.gradient.tree } as Tree<NDArray>;
          await descend.into(into, main.params.tree, phi.params.tree, drawn);
          const after = masks.state;
          const seen = { losses: valuesOf(out.losses), counts: valuesOf(out.counts) };
          setup.check(seen, step);
          if ((step + 1) % interval === 0) {
            masks.state = before;
            await slope(drawn, dev.next() as unknown as Tree<NDArray>, step + 1);
            masks.state = after;
            if (!Number.isFinite(norm(phi.gradient.data)))
              throw notFinite("The hypergradient of dtg-auxl is not finite", { step, task: name });
            advance(phi, (step + 1) / interval, maxSlopeNorm);
          }
          advance(main, step + 1, maxGradientNorm);
          return { ...seen, weights, state: null };
        },
      };
    },
  };
};

/** A partner with a label for every row, and noise. Without any label, rows are their own partners. */
function drawnFor(batch: Host<Batch>, name: string, width: number, random: Random): Drawn<NDArray> {
  const mask = batch.masks[name]!.data;
  const rows = Array.from(mask.keys());
  const labelled = rows.filter((row) => mask[row] === 1);
  const partner = rows.map((row) =>
    labelled.length === 0 ? row : labelled[random.integer(labelled.length)]!,
  );
  const noise = Float32Array.from({ length: rows.length * width }, () => random.normal());
  return {
    batch,
    partner: array(Int32Array.from(partner)),
    noise: array(noise, [rows.length, width]),
  } as never;
}
