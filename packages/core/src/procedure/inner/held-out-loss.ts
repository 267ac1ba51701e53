import { OutriggerError } from "../../error.ts";
import { gradients, type NDArray, type Tree } from "../../graph/index.ts";
import type { Flat } from "../../train/flat.ts";
import { forward } from "../../train/loss.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { scalars } from "../../train/scalars.ts";
import type { HeldOut, Setup } from "../procedure.ts";

/**
 * The primary's loss per labelled sample over all held-out batches, without dropout.
 *
 * @throws OutriggerError when asked, `bad-data` where no held-out sample has a label of the primary
 */
export function heldOutLoss<B>(setup: Setup<B>, dev: HeldOut<B>): (params: Params) => Promise<number> {
  const { model, tasks, primary } = setup;
  const compiled = setup.compile((params: ParamsTensors, batch: B) => {
    const { losses, counts } = forward(model, tasks, params, batch, { training: false });
    return [losses[primary]!, counts[primary]!];
  });
  return async (params) => {
    let [total, samples] = [0, 0];
    for (const batch of dev.all()) {
      const [loss, count] = (await compiled(params, batch as Tree<NDArray>)) as NDArray[];
      total += loss!.data[0]! * count!.data[0]!;
      samples += count!.data[0]!;
    }
    if (samples === 0) {
      const { name } = tasks[primary]!;
      throw new OutriggerError(
        "bad-data",
        `The held-out batches have no label of "${name}". Pass others as \`dev\`.`,
        { task: name },
      );
    }
    return total / samples;
  };
}

/** Writes the gradient of the primary's loss on a held-out batch, without dropout; gives the loss. */
export function heldOutGradient<B>(
  setup: Setup<B>,
): (params: Params, batch: Host<B>, into: Flat<Params>) => Promise<number> {
  const { model, tasks, primary } = setup;
  const [loss] = scalars(1);
  const compiled = setup.compile((params: ParamsTensors, batch: B) => {
    const held = forward(model, tasks, params, batch, { training: false }).losses[primary]!;
    return { loss: held, gradient: gradients([held], params)[0]! };
  });
  return async (params, batch, { tree }) => {
    await compiled.into({ loss: loss!, gradient: tree } as Tree<NDArray>, params, batch as Tree<NDArray>);
    return loss!.data[0]!;
  };
}
