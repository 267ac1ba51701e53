import type { Tensor } from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import { checkSizes } from "../nn/check.ts";
import type { AnyLayer, Mode } from "../nn/layer.ts";
import type { Model } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { gate, mixture } from "./inner/gate.ts";
import { widthsOf } from "./inner/shapes.ts";
import { byTask, type ShapedOptions, several, sharedBy } from "./policy.ts";

export interface PleOptions<B = ColumnBatch<Tensor>> extends ShapedOptions<B> {
  /** How many experts all tasks share, a level. Default 1, ours. */
  readonly sharedExperts?: number;
  /** How many each task has for itself, a level. Default 1, ours. */
  readonly taskExperts?: number;
}

/** What a task has at one level. */
interface Own<T> {
  readonly experts: readonly Tree<T>[];
  readonly gate: Tree<T>;
}
/** All but the last level also have what tasks and shared experts of the next level read: other tasks see that. */
interface Level<T> {
  readonly shared: readonly Tree<T>[];
  readonly tasks?: { readonly [task: string]: Own<T> };
  readonly gate?: Tree<T>;
}
interface Towered<T> extends Own<T> {
  readonly head: Tree<T>;
}

/**
 * Progressive layered extraction: at every level each task mixes experts of its own with shared ones, and shared experts of the next level read a
 * mixture of them all. At level l, with u_k what task k reads there and u_s what the shared experts read (at first both are x):
 *
 *     a_k = f_lk(u_k) for each of task k's experts,   a_s = f_ls(u_s) for each of the shared ones
 *     u_k ← Σ softmax(u_k W_lk) · [a_k, a_s],   u_s ← Σ softmax(u_s W_ls) · [a_1, …, a_T, a_s]
 *
 * and the output of task k is h_k(u_k) after the last level, which has no u_s. A level is one entry of `layers`, and each of its experts that layer with
 * parameters of its own; one level is {@link cgc}. Gates are as in {@link mmoe}.
 *
 * Parameters: `trunk/LEVEL/shared/NUMBER`; of all levels but the last also `trunk/LEVEL/tasks/TASK/experts/NUMBER`, `…/TASK/gate` and
 * `trunk/LEVEL/gate`, because they reach every task through the shared experts above (a task's gate of the last but one does not, and stands with
 * them); of the last `heads/TASK/experts/NUMBER`, `heads/TASK/gate` and `heads/TASK/head`. No `SplitModel`: task and shared experts of the last level
 * read different things.
 *
 * Cost: sharedExperts + T · taskExperts passes through the layers.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Tang, Liu, Zhao and Gong, "Progressive Layered Extraction (PLE): A Novel Multi-Task Learning (MTL) Model for Personalized
 * Recommendations", RecSys 2020, https://doi.org/10.1145/3383313.3412236. Difference: none in the network; its loss weights that decay over
 * training, and the masks for tasks with samples of their own, are a rule's and a task's business here.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, or for numbers of experts that are no positive whole numbers
 */
export function ple<B = ColumnBatch<Tensor>>(options: PleOptions<B>): Model<B> {
  const { layers, heads, inputs, tasks } = sharedBy("ple", options);
  const { sharedExperts = 1, taskExperts = 1, shape } = options;
  checkSizes("ple", { sharedExperts, taskExperts });
  const last = layers.length - 1;
  const [forTask, forAll] = [taskExperts + sharedExperts, tasks.length * taskExperts + sharedExperts];
  const run = (layer: AnyLayer, experts: readonly Tree<Tensor>[], x: Tensor, mode: Mode): Tensor[] =>
    experts.map((each) => layer.apply(each as never, x, mode));
  /** Gates are functions of their parameters and what they read: widths matter to `init` alone. */
  const mixed = (params: Tree<Tensor>, x: Tensor, values: readonly Tensor[], mode: Mode): Tensor =>
    mixture(values, gate(x.shape.at(-1)!, values.length).apply(params as never, x, mode));

  return {
    init(random) {
      const shared = layers.map((layer) => several(sharedExperts, () => layer.init(random)));
      const own = byTask(tasks, (task) => heads[task]!.init(random));
      const widths = widthsOf(
        "ple",
        layers,
        shared.map(([first]) => first!),
        shape,
      );
      const ownAt = (l: number): Own<NDArray> => ({
        experts: several(taskExperts, () => layers[l]!.init(random)),
        gate: gate(widths[l]!, forTask).init(random),
      });
      const trunk = shared.map((experts, l) => {
        if (l === last) return { shared: experts };
        const each = byTask(tasks, () => ownAt(l));
        return { shared: experts, tasks: each, gate: gate(widths[l]!, forAll).init(random) };
      });
      return {
        trunk: trunk as unknown as Tree<NDArray>,
        heads: byTask(tasks, (task) => ({ ...ownAt(last), head: own[task]! })),
      };
    },
    apply(params, batch, mode) {
      const towers = params.heads as unknown as Record<string, Towered<Tensor>>;
      const levels = params.trunk as unknown as readonly Level<Tensor>[];
      const x = inputs(batch);
      let [together, apart] = [x, byTask(tasks, () => x)];
      levels.forEach((level, l) => {
        const layer = layers[l]!;
        const ownOf = (task: string): Own<Tensor> => (level.tasks ?? towers)[task]!;
        const shared = run(layer, level.shared, together, mode);
        const own = byTask(tasks, (task) => run(layer, ownOf(task).experts, apart[task]!, mode));
        if (level.gate) {
          const all = [...tasks.flatMap((task) => own[task]!), ...shared];
          together = mixed(level.gate, together, all, mode);
        }
        apart = byTask(tasks, (task) =>
          mixed(ownOf(task).gate, apart[task]!, [...own[task]!, ...shared], mode),
        );
      });
      return byTask(tasks, (task) => heads[task]!.apply(towers[task]!.head as never, apart[task]!, mode));
    },
  };
}
