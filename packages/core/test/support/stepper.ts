import { compile, gradients, leaves, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { Random } from "@outrigger/core/random";
import { forward } from "@outrigger/core/train/loss";
import { type StepOptions, Stepper } from "@outrigger/core/train/step";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { View, Weighting } from "@outrigger/core/weighting/weighting";
import type { Tensor } from "@tensorflow/tfjs";
import { type Toy, toy } from "../fixtures/toy.ts";

const { model, ...data } = toy();
export type Batch = Parameters<Toy["model"]["apply"]>[1];

/** A rule that keeps what it was shown. */
export function spy(
  needs: ReturnType<Weighting["needs"]>,
  weights: readonly number[] = [1, 0.5, 0.25, 0],
): Weighting<null> & { views: View[] } {
  const views: View[] = [];
  return {
    views,
    name: `spy-${needs}`,
    paper: null,
    needs: () => needs,
    init: () => null,
    weigh: (view, state) => {
      views.push(view);
      return { weights: [...weights], state };
    },
  };
}

/** Steps over the toy data. */
export const stepper = (options: Partial<StepOptions<Batch>>): Stepper<Batch> =>
  new Stepper<Batch>({
    model,
    tasks: data.tasks,
    method: uniform(),
    optimizer: sgd({ learningRate: 0.1 }),
    params: model.init(Random.seeded(1, "init")),
    streams: {
      dropout: Random.seeded(1, "dropout"),
      method: Random.seeded(1, "method"),
      dev: Random.seeded(1, "dev"),
      other: Random.seeded(1, "other"),
    },
    compile: { threads: 1 },
    ...options,
  });

/** The trunk's gradients of all tasks without dropout, one row a task, by the interpreter on tfjs's cpu. */
export async function trunkRows(of: Toy["model"], params: unknown, batch: unknown): Promise<number[][]> {
  const perTask = compile(
    ((p: never, b: Batch) => {
      const { losses } = forward(of, data.tasks as never, p, b, { training: false });
      return gradients(losses, (p as { trunk: Tree<Tensor> }).trunk);
    }) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const rows = (await perTask(params as never, batch as never)) as Tree<never>[];
  await perTask.dispose();
  return rows.map((tree) => leaves<{ data: Float32Array }>(tree).flatMap((leaf) => [...leaf.data]));
}
