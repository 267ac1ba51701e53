import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, unflatten } from "../../graph/array.ts";
import { array, type Compiled, gradients, type NDArray, type Tree } from "../../graph/index.ts";
import type { Random } from "../../random.ts";
import type { Learner } from "../learner.ts";
import { forward } from "../loss.ts";
import type { Host, Model, ParamsTensors } from "../model.ts";
import type { Task } from "../task.ts";

interface AffinityOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  /** Put back after every pass: all of them see the masks of the step itself. */
  readonly dropout: Random;
}

/** Entry [i][j] is Z_i→j; null where it is not defined. */
export type AffinityMatrix = readonly (readonly (number | null)[])[];

type Seen = { readonly losses: readonly NDArray[]; readonly counts: readonly NDArray[] };
type Viewer<B> = Pick<Learner<B>, "view">;

const numbers = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);

/** As in the weighted step; what a step changes besides parameters changes there only. */
const looking = { training: true, update: false };

/**
 * Inter-task affinity, TAG's look-ahead loss ratio: Z_i→j = 1 − L_j(θ − η g_i) / L_j(θ), where L_j is the loss of task j on the batch, θ the
 * trunk's parameters, g_i = ∇_θ L_i and η the learning rate. Positive: a step on task i alone lowers the loss of task j.
 *
 * The step is plain gradient descent, whatever the optimiser, as the paper's definition; heads stay as they are. Batch and dropout masks
 * are the same in all passes. null where task i or j has no label in the batch, where L_j(θ) is not positive, and where anything is not
 * finite.
 *
 * Paper: Fifty, Amid, Zhao, Yu, Anil and Finn, "Efficiently Identifying Task Groupings for Multi-Task Learning", NeurIPS 2021,
 * https://arxiv.org/abs/2109.04617.
 *
 * Cost: one forward pass with T backward passes, and T + 1 forward passes; T × P gradients come to the host. To first order Z_i→j is
 * η ⟨g_i, g_j⟩ / L_j; in single precision values below some 1e-6 are rounding.
 */
export class Affinity<B> {
  readonly #options: AffinityOptions<B>;
  #compiled: { readonly of: Viewer<B>; readonly rows: Compiled; readonly after: Compiled } | undefined;

  constructor(options: AffinityOptions<B>) {
    this.#options = options;
  }

  /** All pairs on one batch, at the parameters of the learner, which are not changed. */
  async at(batch: Host<B>, rate: number, learner: Viewer<B>): Promise<AffinityMatrix> {
    const { rows, after } = this.#viewsOf(learner);
    const gradientOf = (await this.#look(rows, batch as Tree<NDArray>)) as readonly Tree<NDArray>[];
    const losses = async (direction: Tree<NDArray>): Promise<Seen> =>
      (await this.#look(after, batch as Tree<NDArray>, direction, array([rate], []))) as unknown as Seen;
    // From the same graph as the others, so that a step of length 0 gives exactly 0.
    const stay = mapTree<NDArray, NDArray>(gradientOf[0]!, (leaf) => ({
      ...leaf,
      data: new Float32Array(leaf.data.length),
    }));
    const start = await losses(stay);
    const before = numbers(start.losses);
    const labelled = numbers(start.counts).map((count) => count > 0);
    const affinity: (number | null)[][] = [];
    for (const [i, gradient] of gradientOf.entries()) {
      const ahead = numbers((await losses(gradient)).losses);
      affinity.push(
        ahead.map((loss, j) => {
          const z = 1 - loss / before[j]!;
          return labelled[i] && labelled[j] && before[j]! > 0 && Number.isFinite(z) ? z : null;
        }),
      );
    }
    return affinity;
  }

  async #look(view: Compiled, ...args: Tree<NDArray>[]): Promise<Tree<NDArray>> {
    const { dropout } = this.#options;
    const masks = dropout.state;
    try {
      return await view(...args);
    } finally {
      dropout.state = masks;
    }
  }

  #viewsOf(learner: Viewer<B>): { readonly rows: Compiled; readonly after: Compiled } {
    if (this.#compiled?.of === learner) return this.#compiled;
    const { model, tasks } = this.#options;
    const rows = learner.view((p: ParamsTensors, batch: never) =>
      gradients(forward(model, tasks, p, batch as B, looking).losses, p.trunk),
    );
    const after = learner.view((p: ParamsTensors, batch: never, direction: never, rate: never) => {
      const steps = leaves<Tensor>(direction);
      const moved = leaves<Tensor>(p.trunk).map((leaf, n) => tf.sub(leaf, tf.mul(rate as Scalar, steps[n]!)));
      const trunk = unflatten<Tensor, Tensor>(p.trunk, moved);
      const { losses, counts } = forward(model, tasks, { ...p, trunk }, batch as B, looking);
      return { losses, counts };
    });
    this.#compiled = { of: learner, rows, after };
    return this.#compiled;
  }
}
