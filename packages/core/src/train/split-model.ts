import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { Tree } from "../graph/array.ts";
import type { Mode } from "../nn/layer.ts";
import type { Random } from "../random.ts";
import type { Model, Params, ParamsTensors } from "./model.ts";

/** The parts of a {@link SplitModel}. */
export interface ModelParts<B> extends Pick<Model<B>, "penalties" | "state"> {
  readonly init: (random: Random) => Params;
  /** z, what the trunk hands to the heads: first dimension the batch. */
  readonly represent: (trunk: Tree<Tensor>, batch: B, mode: Mode) => Tensor;
  /** The output of one task from z and the parameters of its head. It sees nothing of the trunk besides. */
  readonly decode: (head: Tree<Tensor>, z: Tensor, batch: B, mode: Mode, task: string) => Tensor;
}

/** A model that says where its representation is: methods that look there, or put something there, need one. */
export interface SplitModel<B> extends Model<B>, Pick<ModelParts<B>, "represent" | "decode"> {}

export const isSplit = <B>(model: Model<B>): model is SplitModel<B> =>
  "represent" in model && "decode" in model;

/**
 * Makes a model of a trunk that gives one tensor, the shared representation, and of heads that read it.
 *
 * @example
 * const model = splitModel({
 *   init: (random) => ({ trunk: trunk.init(random), heads: { y: head.init(random), helper: head.init(random) } }),
 *   represent: (params, { inputs }, mode) => trunk.apply(params, inputs, mode),
 *   decode: (params, z, _, mode) => head.apply(params, z, mode),
 * });
 */
export const splitModel = <B>(parts: ModelParts<B>): SplitModel<B> => ({
  ...parts,
  apply: (params, batch, mode) => outputsOf(parts, params, batch, mode).outputs,
});

/** The outputs of all heads, and what they were made of. */
export function outputsOf<B>(
  { represent, decode }: Pick<ModelParts<B>, "represent" | "decode">,
  { trunk, heads }: ParamsTensors,
  batch: B,
  mode: Mode,
): { representation: Tensor; outputs: Record<string, Tensor> } {
  const representation = represent(trunk, batch, mode);
  const outputs = Object.entries(heads).map(([task, head]) => [
    task,
    decode(head, representation, batch, mode, task),
  ]);
  return { representation, outputs: Object.fromEntries(outputs) };
}

/** @throws OutriggerError "bad-model" for a model that does not say where its representation is. */
export function requireSplit<B>(model: Model<B>, method: string): SplitModel<B> {
  if (isSplit(model)) return model;
  const said = `"${method}" needs to know where the trunk ends and the heads begin`;
  throw new OutriggerError(
    "bad-model",
    `${said}. Make the model with splitModel({ init, represent, decode }).`,
    {
      method,
    },
  );
}
