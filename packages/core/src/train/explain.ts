import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { settled } from "../graph/compile.ts";
import { gradients, type NDArray, type Tree } from "../graph/index.ts";
import type { Learner } from "./learner.ts";
import { forward } from "./loss.ts";
import type { Host, Model, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

interface ExplainOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly open: () => Promise<Pick<Learner<B>, "view">>;
}

/**
 * The same error, but one of code "non-finite" also names the first op of the losses and of the gradient of their sum whose result is
 * not finite, and the line that called it: replayed on the batch with the learner's parameters and the masks that its stream gives now.
 * An error whose cause lies elsewhere, or cannot be replayed, stays as it is. Where a task says that the batch's labels are wrong, its
 * error is the cause.
 */
export async function explained<B>(
  error: unknown,
  { model, tasks, open }: ExplainOptions<B>,
  batch: Host<B>,
): Promise<unknown> {
  if (!(error instanceof OutriggerError) || error.code !== "non-finite") return error;
  const wrong = wrongLabels(tasks, batch);
  if (wrong !== undefined) return wrong;
  const learner = await open();
  const replay = learner.view((params: ParamsTensors, b: B) => {
    const { losses } = forward(model, tasks, params, b, { training: true, update: false });
    return { losses, gradients: gradients([tf.addN(losses)], params)[0]! };
  });
  const found = await settled(replay.explain(batch as Tree<NDArray>));
  if (found === undefined) return error;
  const { code, message, details } = error;
  return new OutriggerError(code, `${message} The ${found}.`, { ...details, found }, error);
}

function wrongLabels<B>(tasks: readonly Task<B>[], batch: Host<B>): OutriggerError | undefined {
  for (const task of tasks) {
    try {
      task.labels?.(batch);
    } catch (error) {
      if (error instanceof OutriggerError) return error;
    }
  }
  return undefined;
}
